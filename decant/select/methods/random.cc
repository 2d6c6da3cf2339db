#include "decant/select/methods/random.h"

#include <algorithm>
#include <vector>

#include "decant/base/random.h"
#include "decant/select/pools/pools.h"

namespace decant {

namespace {

/// A single pool of millions of rows is not held twice.
void append_pool(std::vector<int64_t> rows, std::vector<int64_t>& order) {
  if (order.empty())
    order = std::move(rows);
  else
    order.insert(order.end(), rows.begin(), rows.end());
}

}  // namespace

Selection select_random(int64_t count, std::span<const int32_t> labels, std::span<const int64_t> bad_rows, bool per_class, uint64_t seed) {
  check_labels(count, labels);
  Pools pools = make_pools(mark_rows(count, bad_rows), per_class ? labels : std::span<const int32_t>());
  Selection selection = empty_selection("random", count);
  selection.bin_count = 1;
  selection.pool_count = pools.numbers.back() + 1;
  for (size_t i = 0; i < pools.rows.size(); ++i) {
    Random(seed, "random order", static_cast<uint64_t>(pools.numbers[i])).shuffle(std::span(pools.rows[i]));
    for (const int64_t row : pools.rows[i]) {
      selection.bins[static_cast<size_t>(row)] = 0;
      selection.pools[static_cast<size_t>(row)] = pools.numbers[i];
      selection.gains[static_cast<size_t>(row)] = 0;
    }
    append_pool(std::move(pools.rows[i]), selection.order);
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
