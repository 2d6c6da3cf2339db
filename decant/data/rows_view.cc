#include "decant/data/rows_view.h"

#include "decant/base/errors.h"

namespace decant {

RowsView::RowsView(std::shared_ptr<const Rows> below, std::vector<int64_t> picked, std::vector<int32_t> labels)
    : below_(std::move(below)), picked_(std::move(picked)), labels_(std::move(labels)) {
  for (const int64_t row : picked_) {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, below_->size());
  }
}

int32_t RowsView::label(int64_t row) const {
  const int32_t old = below_->label(at(row));
  if (labels_.empty() || old == kNoLabel) return old;
  DECANT_CHECK(static_cast<size_t>(old), <, labels_.size());
  return labels_[static_cast<size_t>(old)];
}

int64_t RowsView::stored_bytes() const {
  int64_t total = 0;
  std::vector<std::byte> scratch;
  for (const int64_t row : picked_) total += static_cast<int64_t>(below_->bytes(row, scratch).size());
  return total;
}

}  // namespace decant
