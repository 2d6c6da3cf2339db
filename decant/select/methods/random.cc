#include "decant/select/methods/random.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "decant/base/random.h"
#include "decant/select/pools/pools.h"

namespace decant {

namespace {

std::vector<int32_t> numbers_of(const Pools& pools, size_t rows) {
  std::vector<int32_t> numbers(rows, kNoBin);
  for (size_t i = 0; i < pools.rows.size(); ++i) {
    for (const int64_t row : pools.rows[i]) numbers[static_cast<size_t>(row)] = pools.numbers[i];
  }
  return numbers;
}

}  // namespace

Selection select_random(int64_t count, std::span<const int32_t> labels, std::span<const int64_t> bad_rows, bool per_class, uint64_t seed) {
  check_labels(count, labels);
  const std::vector<bool> left_out = mark_rows(count, bad_rows);
  Pools pools = make_pools(left_out, per_class ? labels : std::span<const int32_t>());
  const auto n = static_cast<size_t>(count);
  Selection selection{.method = "random", .bin_count = 1, .pool_count = pools.numbers.back() + 1};
  selection.bins = Column<int32_t>(n, 0, bad_rows, kNoBin);
  selection.gains = Column<float>(n, 0, bad_rows, std::numeric_limits<float>::quiet_NaN());
  selection.pools = pools.numbers.size() == 1 ? Column<int32_t>(n, pools.numbers.front(), bad_rows, kNoBin) : numbers_of(pools, n);
  for (size_t i = 0; i < pools.rows.size(); ++i) {
    Random(seed, "random order", static_cast<uint64_t>(pools.numbers[i])).shuffle(std::span(pools.rows[i]));
    selection.order.append(std::exchange(pools.rows[i], {}));
  }
  return selection;
}

namespace {

/// So many of the rows, in random order.
std::vector<int64_t> drawn(std::vector<int64_t> rows, int64_t count, Random random) {
  random.shuffle(std::span(rows));
  rows.resize(static_cast<size_t>(count));
  return rows;
}

}  // namespace

Ranking random_beside(const PoolTask& pool, uint64_t seed) {
  const auto border = std::ranges::lower_bound(pool.rows, pool.chosen.of);
  const std::vector<int64_t> newer(border, pool.rows.end());
  std::vector<int64_t> chosen(pool.chosen.rows.begin(), pool.chosen.rows.end());
  std::ranges::sort(chosen);
  std::vector<int64_t> older;
  std::ranges::set_difference(pool.rows.begin(), border, chosen.begin(), chosen.end(), std::back_inserter(older));
  const int64_t sizes[] = {border - pool.rows.begin(), std::ssize(newer)};
  const int64_t had = std::ssize(chosen);
  const int64_t of_older = std::max(share(pool.count, sizes)[0] - had, int64_t{0});
  const auto stream = [&](const char* name) { return Random(seed, name, static_cast<uint64_t>(pool.number)); };
  Ranking ranking;
  ranking.order.assign(pool.chosen.rows.begin(), pool.chosen.rows.end());
  for (const int64_t row : drawn(std::move(older), of_older, stream("random, older"))) ranking.order.push_back(row);
  for (const int64_t row : drawn(newer, pool.count - had - of_older, stream("random, newer"))) ranking.order.push_back(row);
  ranking.gains.assign(ranking.order.size(), 0);
  return ranking;
}

}  // namespace decant
