#include "decant/pipeline/judging/length_matched.h"

#include <algorithm>
#include <map>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

constexpr size_t kParts = 50;

}  // namespace

Subset draw_as_long(std::span<const int64_t> lengths, const Subset& pool, const Subset& like, uint64_t seed) {
  std::vector<int64_t> sorted;
  for (const int64_t row : pool) sorted.push_back(lengths[static_cast<size_t>(row)]);
  std::ranges::sort(sorted);
  const auto part_of = [&](int64_t row) {
    const auto before = std::ranges::lower_bound(sorted, lengths[static_cast<size_t>(row)]) - sorted.begin();
    return static_cast<size_t>(before) * kParts / sorted.size();
  };
  std::vector<std::vector<int64_t>> parts(kParts);
  for (const int64_t row : pool) parts[part_of(row)].push_back(row);
  std::vector<size_t> wanted(kParts, 0);
  for (const int64_t row : like) ++wanted[part_of(row)];
  std::vector<int64_t> drawn;
  for (size_t part = 0; part < kParts; ++part) {
    Random(seed, "rows as long", part).shuffle(std::span(parts[part]));
    drawn.insert(drawn.end(), parts[part].begin(), parts[part].begin() + static_cast<ptrdiff_t>(wanted[part]));
  }
  std::ranges::sort(drawn);
  return Subset(std::move(drawn));
}

}  // namespace decant
