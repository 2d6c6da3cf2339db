// Places in a file, ascending, in 4 bytes each: the lower half of every place, and where the upper
// half goes up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "decant/base/errors.h"

namespace decant::records {

class Places {
 public:
  size_t size() const { return low_.size(); }
  bool empty() const { return low_.empty(); }
  /// Cost: a binary search in as many numbers as the file has multiples of 4 GiB.
  uint64_t operator[](size_t i) const {
    const auto high = static_cast<uint64_t>(std::ranges::upper_bound(turns_, i) - turns_.begin());
    return high << 32 | low_[i];
  }
  /// REQUIRES: at least the last one.
  void push_back(uint64_t at) {
    DECANT_CHECK(at >> 32, >=, turns_.size());
    turns_.resize(static_cast<size_t>(at >> 32), low_.size());
    low_.push_back(static_cast<uint32_t>(at));
  }
  /// The first `most` of them.
  std::vector<uint64_t> first(size_t most) const {
    std::vector<uint64_t> some;
    for (size_t i = 0; i < std::min(most, size()); ++i) some.push_back((*this)[i]);
    return some;
  }
  /// Linear. REQUIRES: not empty.
  void drop_first() {
    low_.erase(low_.begin());
    for (uint64_t& turn : turns_) turn -= turn > 0 ? 1 : 0;
  }
  /// Gives back what growing has reserved.
  void shrink() { low_.shrink_to_fit(); }

 private:
  std::vector<uint32_t> low_;
  std::vector<uint64_t> turns_;  // k-th: the first place at or past (k + 1) · 4 GiB
};

}  // namespace decant::records
