#include "decant/data/rows_view.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// The picked rows as blocks that lie in those of `below`.
Features picked_from(const Features& below, const std::vector<int64_t>& picked, const std::shared_ptr<const Rows>& owner) {
  std::vector<FeatureBlock> blocks;
  const FeatureBlock* last = nullptr;
  int64_t next = -1;
  for (const int64_t row : picked) {
    const Features::Place place = below.place_of(row);
    if (place.block == last && place.row == next) {
      ++blocks.back().rows;
    } else {
      FeatureBlock block = *place.block;
      block.data += place.row * block.stride * value_bytes(block.type);
      block.rows = 1;
      block.owner = owner;
      blocks.push_back(std::move(block));
    }
    last = place.block;
    next = place.row + 1;
  }
  return Features(std::move(blocks));
}

}  // namespace

RowsView::RowsView(std::shared_ptr<const Rows> below, std::vector<int64_t> picked, std::vector<int32_t> labels)
    : WrappedRows(std::move(below)), picked_(std::move(picked)), labels_(std::move(labels)) {
  for (const int64_t row : picked_) {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, this->below().size());
  }
  const Features* const matrix = this->below().features();
  if (matrix != nullptr && !picked_.empty()) features_ = picked_from(*matrix, picked_, shared_below());
  if (!labels_.empty() && !picked_.empty() && !this->below().soft_label(picked_.front()).empty()) rename_soft_labels();
  if (!labels_.empty() && !picked_.empty()) {
    if (const ViewsOfRow views = this->below().views(picked_.front()); views.labels != nullptr)
      view_labels_ = std::make_unique<RenamedViewLabels>(*views.labels, labels_);
  }
}

/// A class that is none any more takes its share with it.
void RowsView::rename_soft_labels() {
  soft_width_ = static_cast<size_t>(std::ranges::max(labels_) + 1);
  soft_.assign(picked_.size() * soft_width_, 0);
  for (size_t i = 0; i < picked_.size(); ++i) {
    const std::span<const float> old = below().soft_label(picked_[i]);
    for (size_t c = 0; c < old.size(); ++c) {
      if (const int32_t now = renamed(static_cast<int32_t>(c)); now != kNoLabel) soft_[i * soft_width_ + static_cast<size_t>(now)] = old[c];
    }
  }
}

std::span<const float> RowsView::soft(int64_t row) const {
  if (soft_width_ == 0) return below().targets()->soft(at(row));
  return std::span(soft_).subspan(static_cast<size_t>(row) * soft_width_, soft_width_);
}

ViewsOfRow RowsView::views(int64_t row) const {
  ViewsOfRow views = below().targets()->views(at(row));
  if (view_labels_ != nullptr) views.labels = view_labels_.get();
  return views;
}

int32_t RowsView::renamed(int32_t label) const {
  if (labels_.empty() || label == kNoLabel) return label;
  DECANT_CHECK(static_cast<size_t>(label), <, labels_.size());
  return labels_[static_cast<size_t>(label)];
}

void RowsView::counts(int64_t row, std::vector<ClassCount>& out) const {
  below().targets()->counts(at(row), out);
  for (ClassCount& entry : out) entry.label = renamed(entry.label);
  std::erase_if(out, [](const ClassCount& entry) { return entry.label == kNoLabel; });
  std::ranges::sort(out, {}, &ClassCount::label);
}

std::vector<int64_t> RowsView::known_faults() const {
  const std::vector<int64_t> all = below().known_faults();
  std::vector<int64_t> own;
  if (all.empty()) return own;
  for (size_t i = 0; i < picked_.size(); ++i) {
    if (std::binary_search(all.begin(), all.end(), picked_[i])) own.push_back(static_cast<int64_t>(i));
  }
  return own;
}

int64_t RowsView::stored_bytes() const {
  int64_t total = 0;
  std::vector<std::byte> scratch;
  for (const int64_t row : picked_) total += static_cast<int64_t>(below().bytes(row, scratch).size());
  return total;
}

}  // namespace decant
