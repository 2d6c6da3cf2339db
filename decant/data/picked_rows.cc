#include "decant/data/picked_rows.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant {
PickedRows::PickedRows(std::vector<Pick> picks) : picks_(std::move(picks)) {
  DECANT_CHECK(picks_.empty(), ==, false);
  for (const Pick& pick : picks_) {
    DECANT_CHECK(pick.rows->pictures() != nullptr, ==, true);
    DECANT_CHECK(0 <= pick.row && pick.row < pick.rows->size(), ==, true);
  }
  const Pictures& first = *picks_.front().rows->pictures();
  fixed_size_ = first.fixed_size();
  stored_as_ = first.stored_as();
  for (const Pick& pick : picks_) {
    const Pictures& own = *pick.rows->pictures();
    if (own.fixed_size() != fixed_size_) fixed_size_.reset();
    if (own.stored_as() != stored_as_) stored_as_ = PictureBytes::coded;  // decode() reads them all alike
  }
}

const PickedRows::Pick& PickedRows::at(int64_t row) const {
  DECANT_CHECK(0 <= row && row < size(), ==, true);
  return picks_[static_cast<size_t>(row)];
}

int64_t PickedRows::stored_bytes() const {
  int64_t sum = 0;
  std::vector<std::byte> scratch;
  for (int64_t row = 0; row < size(); ++row) sum += std::ssize(bytes(row, scratch));
  return sum;
}

std::vector<PickedRows::Pick> picks_of(const std::shared_ptr<const Rows>& rows, std::span<const int64_t> chosen) {
  std::vector<PickedRows::Pick> picks;
  for (const int64_t row : chosen) picks.push_back({rows, row});
  return picks;
}

}  // namespace decant
