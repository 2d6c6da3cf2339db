#include "decant/pipeline/judging/relabelled.h"

#include <algorithm>

#include "decant/data/rows_view.h"
#include "decant/data/subset.h"

namespace decant {
namespace {

/// New number of each of the classes in the full set, by name where both have names; kNoLabel for a
/// name that is not there.
std::vector<int32_t> relabelling(const Dataset& other, const Dataset& full) {
  const std::vector<std::string>& names = full.classes;
  std::vector<int32_t> map;
  if (names.empty()) return map;
  for (const std::string& name : other.classes) {
    const auto found = std::ranges::find(names, name);
    map.push_back(found == names.end() ? kNoLabel : static_cast<int32_t>(found - names.begin()));
  }
  return map;
}

}  // namespace

std::shared_ptr<const Rows> relabelled(std::shared_ptr<const Rows> rows, const Dataset& dataset, const Dataset& full) {
  std::vector<int64_t> every = Subset::all(rows->size()).rows();
  return std::make_shared<RowsView>(std::move(rows), std::move(every), relabelling(dataset, full));
}

}  // namespace decant
