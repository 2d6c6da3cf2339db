#include "decant/pipeline/choosing/empty_classes.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/select/pools/quota.h"

namespace decant {

int64_t enough_for_all(std::span<const int64_t> sizes) {
  constexpr int64_t kLooks = 20'000'000;  // at a part's share
  const int64_t rows = std::reduce(sizes.begin(), sizes.end());
  const int64_t smallest = *std::ranges::min_element(sizes);
  int64_t count = (rows + smallest - 1) / smallest;  // a whole row even of the smallest part; remainders may give it one sooner
  for (int64_t looks = std::ssize(sizes); count > std::ssize(sizes) && looks < kLooks; looks += std::ssize(sizes)) {
    const auto shares = share(count - 1, sizes);
    if (std::ranges::find(shares, 0) != shares.end()) break;
    --count;
  }
  return count;
}

void warn_of_empty_classes(const Selection& selection, const Column<int32_t>& labels, const Subset& kept, bool by_class,
                           const std::function<std::string(int32_t)>& name, const Context& context) {
  std::map<int32_t, int64_t> sizes;
  for (const int64_t row : selection.order) ++sizes[labels[static_cast<size_t>(row)]];
  sizes.erase(kNoLabel);
  std::map<int32_t, int64_t> empty = sizes;
  for (const int64_t row : kept) empty.erase(labels[static_cast<size_t>(row)]);
  if (empty.empty()) return;
  std::vector<int64_t> all;
  for (const auto& [label, rows] : sizes) all.push_back(rows);
  context.warn(fmt::format("{} of {} classes keep no row at this ratio (first: {}); {}", empty.size(), sizes.size(),
                           name(empty.begin()->first),
                           by_class ? fmt::format("from --keep {} on every class keeps one", enough_for_all(all))
                                    : "chosen class by class, each would keep its share"));
}

}  // namespace decant
