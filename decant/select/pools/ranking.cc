#include "decant/select/pools/ranking.h"

#include <algorithm>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/select/pools/pools.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

/// `chosen`: of each pool.
std::vector<int64_t> shares_of(const Pools& pools, const std::vector<std::vector<int64_t>>& chosen, int64_t count,
                               const RankingOptions& options) {
  std::vector<int64_t> sizes;
  std::vector<int64_t> had;
  for (const auto& rows : pools.rows) sizes.push_back(static_cast<int64_t>(rows.size()));
  for (const auto& rows : chosen) had.push_back(std::ssize(rows));
  const int64_t usable = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  if (count < 1 || count > usable)
    throw InputError({"", "", fmt::format("cannot keep {} of {} usable rows", count, usable), fmt::format("Keep 1 to {} rows", usable)});
  return share_beside(count, sizes, had, options.shares, drawn_ties(pools.numbers, options.seed));
}

/// The chosen rows of each pool, in their order.
std::vector<std::vector<int64_t>> chosen_by_pool(const Pools& pools, const Chosen& chosen, int64_t rows) {
  std::vector<std::vector<int64_t>> own(pools.rows.size());
  if (chosen.rows.empty()) return own;
  std::vector<int32_t> pool_of(static_cast<size_t>(rows), -1);
  for (size_t pool = 0; pool < pools.rows.size(); ++pool) {
    for (const int64_t row : pools.rows[pool]) pool_of[static_cast<size_t>(row)] = static_cast<int32_t>(pool);
  }
  for (const int64_t row : chosen.rows) {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, rows);
    const int32_t pool = pool_of[static_cast<size_t>(row)];
    if (pool < 0)
      throw InputError(
          {"", fmt::format("row {}", row), "was chosen before and cannot be chosen now", "Restore it, or choose all rows anew"});
    own[static_cast<size_t>(pool)].push_back(row);
  }
  return own;
}

/// The ranked rows, then the others.
void place(const PoolTask& pool, const Ranking& ranking, Placed& placed, RowList& order) {
  DECANT_CHECK(static_cast<int64_t>(ranking.order.size()), >=, pool.count);
  DECANT_CHECK(ranking.gains.size(), ==, ranking.order.size());
  const auto put = [&](int64_t row, float gain) {
    DECANT_CHECK(placed.has(row), ==, false);
    placed.put(row, 0, pool.number, gain);
    order.push_back(row);
  };
  for (size_t i = 0; i < ranking.order.size(); ++i) put(ranking.order[i], ranking.gains[i]);
  for (const int64_t row : pool.rows) {
    if (!placed.has(row)) put(row, 0);
  }
}

}  // namespace

Selection select_ranked(const char* method, int64_t rows, std::span<const int32_t> labels, std::span<const int64_t> left_out, int64_t count,
                        const RankingOptions& options, const Ranker& ranker, const Context& context) {
  check_labels(rows, labels);
  const Pools pools = make_pools(mark_rows(rows, left_out), options.per_class ? labels : std::span<const int32_t>());
  const auto chosen = chosen_by_pool(pools, options.chosen, rows);
  const bool anew = options.chosen.rows.empty();
  const std::vector<int64_t> shares = shares_of(pools, chosen, count, options);
  Selection selection{.method = method, .ranked = true};
  Placed placed(rows);
  selection.ties = options.seed;
  selection.bin_count = 1;
  for (size_t i = 0; i < pools.rows.size(); ++i) {
    const int64_t spare = anew && options.valid_sizes == ValidSizes::up_to_count && pools.rows.size() > 1 ? 1 : 0;
    const PoolTask pool{
        pools.numbers[i], pools.rows[i], std::min(shares[i] + spare, std::ssize(pools.rows[i])), {chosen[i], options.chosen.of}};
    place(pool, ranker(pool, context), placed, selection.order);
  }
  std::move(placed).move_to(selection);
  selection.pool_count = pools.numbers.back() + 1;
  if (!anew || options.valid_sizes != ValidSizes::any_number) selection.serves_to = count;
  if (!anew || options.valid_sizes == ValidSizes::count_alone) selection.serves_from = count;
  return selection;
}

std::vector<int32_t> places_in(const PoolTask& pool, std::span<const int64_t> rows) {
  std::vector<int32_t> places;
  for (const int64_t row : rows) {
    const auto at = std::ranges::lower_bound(pool.rows, row);
    DECANT_CHECK(at != pool.rows.end() && *at == row, ==, true);
    places.push_back(static_cast<int32_t>(at - pool.rows.begin()));
  }
  return places;
}

std::vector<int64_t> falling_order(std::span<const double> values) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const double x = values[static_cast<size_t>(a)];
    const double y = values[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  });
  return order;
}

}  // namespace decant
