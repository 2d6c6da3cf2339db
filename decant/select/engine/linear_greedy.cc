#include "decant/select/engine/linear_greedy.h"

#include <algorithm>

namespace decant {

void LinearPicker::begin_bin(std::span<const int32_t> members) {
  unpicked_.assign(members.begin(), members.end());
  pool_.begin_bin(members);
}

std::vector<double> LinearPicker::begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked) {
  unpicked_ = still_open(members, picked);
  return pool_.begin_bin(members, picked);
}

BinPick LinearPicker::next() {
  scores_.resize(unpicked_.size());
  pool_.scores(unpicked_, scores_);
  const auto best = std::max_element(scores_.begin(), scores_.end()) - scores_.begin();  // the first of equals
  const BinPick pick{unpicked_[static_cast<size_t>(best)], pool_.gain(scores_[static_cast<size_t>(best)])};
  pool_.pick(pick.row);
  unpicked_.erase(unpicked_.begin() + best);
  return pick;
}

}  // namespace decant
