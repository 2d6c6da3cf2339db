#include "decant/trials/memory.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace decant::trials {

Memory::Kept Memory::kept(const std::vector<int64_t>& shares) const {
  std::vector<std::tuple<size_t, PickedRows::Pick>> picks;
  std::vector<const Rows*> places;
  int64_t bytes = 0;
  for (const SmallSet& set : sets_) {
    auto place = std::ranges::find(places, set.rows.get());
    if (place == places.end()) place = places.insert(places.end(), set.rows.get());
    std::vector<int64_t> left = shares;
    if (unit_ == Size::Unit::per_class) {
      for (int64_t& rows : left) rows = std::llround(static_cast<double>(rows) * set.for_one);
    }
    std::vector<bool> full(shares.size());
    for (size_t i = 0; i < set.order.size(); ++i) {
      const auto label = static_cast<size_t>(set.rows->label(set.order[i]));
      const int64_t taken = unit_ == Size::Unit::bytes ? set.bytes[i] : 1;
      full[label] = full[label] || taken > left[label];  // a class keeps a prefix of its order
      if (full[label]) continue;
      left[label] -= taken;
      bytes += set.bytes[i];
      picks.push_back({static_cast<size_t>(place - places.begin()), {set.rows, set.order[i]}});
    }
  }
  if (picks.empty()) return {};
  std::ranges::sort(picks, {}, [](const auto& pick) { return std::pair(std::get<0>(pick), std::get<1>(pick).row); });
  std::vector<PickedRows::Pick> sorted;
  for (auto& [place, pick] : picks) sorted.push_back(std::move(pick));
  return {std::make_shared<PickedRows>(std::move(sorted)), bytes};
}

}  // namespace decant::trials
