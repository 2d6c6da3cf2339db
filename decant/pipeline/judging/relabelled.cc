#include "decant/pipeline/judging/relabelled.h"

#include <algorithm>

#include "decant/data/rows_view.h"
#include "decant/data/subset.h"
#include "decant/formats/convert.h"

namespace decant {
namespace {

/// New number of each of the classes in the full set, by name where both have names, or by that of
/// the folder it is written into ("T-shirt_top"); kNoLabel for a name that is not there.
std::vector<int32_t> relabelling(const Dataset& other, const Dataset& full) {
  const std::vector<std::string>& names = full.classes;
  std::vector<int32_t> map;
  if (names.empty()) return map;
  const std::vector<std::string> folders = class_folder_names(names, names.size());
  const auto place_in = [](const std::vector<std::string>& all, const std::string& name) {
    const auto found = std::ranges::find(all, name);
    return found == all.end() ? kNoLabel : static_cast<int32_t>(found - all.begin());
  };
  for (const std::string& name : other.classes) {
    const int32_t same = place_in(names, name);
    map.push_back(same != kNoLabel ? same : place_in(folders, name));
  }
  return map;
}

}  // namespace

std::shared_ptr<const Rows> relabelled(std::shared_ptr<const Rows> rows, const Dataset& dataset, const Dataset& full) {
  std::vector<int64_t> every = Subset::all(rows->size()).rows();
  return std::make_shared<RowsView>(std::move(rows), std::move(every), relabelling(dataset, full));
}

}  // namespace decant
