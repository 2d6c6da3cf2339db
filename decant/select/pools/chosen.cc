#include "decant/select/pools/chosen.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace decant {

std::vector<int64_t> share_beside(int64_t total, std::span<const int64_t> sizes, std::span<const int64_t> had, Shares shares,
                                  std::span<const uint64_t> ties) {
  const auto chosen = std::accumulate(had.begin(), had.end(), int64_t{0});
  if (chosen > total)
    throw InputError({"", "", fmt::format("{} rows are to be kept, but {} are chosen already", total, chosen),
                      fmt::format("Keep {} rows or more", chosen)});
  return at_least(had, total, sizes, [&](std::span<const size_t> parts, std::span<const int64_t> open, int64_t left) {
    std::vector<uint64_t> open_ties;
    for (const size_t part : parts) {
      if (!ties.empty()) open_ties.push_back(ties[part]);
    }
    return share(left, open, shares, open_ties);
  });
}

Subset sample_beside(const Selection& selection, const Chosen& chosen, int64_t count, Shares shares) {
  const auto pool_of = [&](int64_t row) { return selection.pools[static_cast<size_t>(row)]; };
  std::map<int32_t, std::pair<int64_t, int64_t>> pools;  // rows, and chosen ones
  for (const int64_t row : selection.order) ++pools[pool_of(row)].first;
  for (const int64_t row : chosen.rows) ++pools[pool_of(row)].second;
  std::vector<int32_t> numbers;
  std::vector<int64_t> sizes;
  std::vector<int64_t> had;
  for (const auto& [pool, counts] : pools) {
    numbers.push_back(pool);
    sizes.push_back(counts.first);
    had.push_back(counts.second);
  }
  const std::vector<uint64_t> ties = selection.ties ? drawn_ties(numbers, *selection.ties) : std::vector<uint64_t>();
  const std::vector<int64_t> counts = share_beside(count, sizes, had, shares, ties);
  std::map<int32_t, int64_t> left;
  size_t at = 0;
  for (const auto& [pool, rows] : pools) left[pool] = counts[at++];
  std::vector<int64_t> kept;
  for (const int64_t row : selection.order) {
    if (left[pool_of(row)]-- > 0) kept.push_back(row);
  }
  std::ranges::sort(kept);
  return Subset(std::move(kept));
}

}  // namespace decant
