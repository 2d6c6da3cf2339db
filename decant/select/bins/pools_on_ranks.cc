#include "decant/select/bins/pools_on_ranks.h"

#include <algorithm>
#include <numeric>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr size_t kWorthSharing = 20000;  // rows

/// What rank 0 keeps, on every rank: they cut the same pool and must know the same bins of it.
class CommonKeeper final : public BinKeeper {
 public:
  CommonKeeper(BinKeeper* keeper, Comm& ranks) : keeper_(keeper), ranks_(ranks) {}

  std::vector<FinishedBin> finished(int64_t pool) override {
    std::vector<FinishedBin> bins;
    all_or_none(&ranks_, is_root(&ranks_), [&] {
      if (keeper_ != nullptr) bins = keeper_->finished(pool);
    });
    std::vector<int64_t> sizes, rows;
    std::vector<double> gains;
    for (const FinishedBin& bin : bins) {
      DECANT_CHECK(bin.rows.size(), ==, bin.gains.size());
      sizes.push_back(static_cast<int64_t>(bin.rows.size()));
      rows.insert(rows.end(), bin.rows.begin(), bin.rows.end());
      gains.insert(gains.end(), bin.gains.begin(), bin.gains.end());
    }
    sizes = gather_all(ranks_, std::span<const int64_t>(sizes));  // only the first rank has any
    rows = gather_all(ranks_, std::span<const int64_t>(rows));
    gains = gather_all(ranks_, std::span<const double>(gains));
    bins.clear();
    size_t begin = 0;
    for (const int64_t size : sizes) {
      const auto from = static_cast<std::ptrdiff_t>(begin);
      const auto to = from + size;
      bins.push_back({{rows.begin() + from, rows.begin() + to}, {gains.begin() + from, gains.begin() + to}});
      begin += static_cast<size_t>(size);
    }
    return bins;
  }

  void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) override {
    if (keeper_ != nullptr && is_root(&ranks_)) keeper_->keep(pool, bin, rows, gains);
  }

 private:
  BinKeeper* keeper_;
  Comm& ranks_;
};

/// A rank's pools under the numbers that they have among all.
class RenumberedKeeper final : public BinKeeper {
 public:
  RenumberedKeeper(BinKeeper& keeper, std::span<const size_t> numbers) : keeper_(keeper), numbers_(numbers) {}
  std::vector<FinishedBin> finished(int64_t pool) override { return keeper_.finished(number(pool)); }
  void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) override {
    keeper_.keep(number(pool), bin, rows, gains);
  }

 private:
  int64_t number(int64_t pool) const { return static_cast<int64_t>(numbers_[static_cast<size_t>(pool)]); }

  BinKeeper& keeper_;
  std::span<const size_t> numbers_;
};

std::vector<GreedyResult> cut_own(const Features& features, std::span<const std::vector<int64_t>> pools, std::span<const size_t> numbers,
                                  CutOptions options, const Context& context, BinKeeper* keeper) {
  options.ranks = nullptr;
  std::vector<std::vector<int64_t>> own;
  for (const size_t number : numbers) own.push_back(pools[number]);
  if (keeper == nullptr) return cut_pools(features, own, options, context);
  RenumberedKeeper renumbered(*keeper, numbers);
  return cut_pools(features, own, options, context, &renumbered);
}

/// Everyone's results to everyone. `mine`: of the plan's pools of this rank.
void exchange_results(const PoolPlan& plan, std::span<const GreedyResult> mine, Comm& ranks, std::vector<GreedyResult>& results) {
  std::vector<int64_t> order, begins;
  std::vector<double> gains;
  for (const GreedyResult& result : mine) {
    order.insert(order.end(), result.order.begin(), result.order.end());
    gains.insert(gains.end(), result.gains.begin(), result.gains.end());
    begins.push_back(static_cast<int64_t>(result.bin_begin.size()));
    begins.insert(begins.end(), result.bin_begin.begin(), result.bin_begin.end());
  }
  order = gather_all(ranks, std::span<const int64_t>(order));
  gains = gather_all(ranks, std::span<const double>(gains));
  begins = gather_all(ranks, std::span<const int64_t>(begins));
  auto row = order.begin();
  auto gain = gains.begin();
  auto begin = begins.begin();
  for (const auto& numbers : plan.whole) {
    for (const size_t number : numbers) {
      GreedyResult& result = results[number];
      const int64_t bins = *begin++;
      result.bin_begin.assign(begin, begin + bins);
      begin += bins;
      const int64_t rows = result.bin_begin.back();
      result.order.assign(row, row + rows);
      result.gains.assign(gain, gain + rows);
      row += rows;
      gain += rows;
    }
  }
}

}  // namespace

PoolPlan plan_pools(std::span<const std::vector<int64_t>> pools, int ranks) {
  const auto add = [](size_t sum, const auto& pool) { return sum + pool.size(); };
  const size_t fair_share = std::accumulate(pools.begin(), pools.end(), size_t{0}, add) / static_cast<size_t>(ranks);
  PoolPlan plan;
  plan.whole.resize(static_cast<size_t>(ranks));
  std::vector<size_t> order(pools.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return pools[a].size() > pools[b].size(); });
  std::vector<size_t> load(plan.whole.size(), 0);
  for (const size_t pool : order) {
    if (pools[pool].size() > fair_share && pools[pool].size() >= kWorthSharing) {
      plan.together.push_back(pool);
      continue;
    }
    const auto least = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    load[least] += pools[pool].size();
    plan.whole[least].push_back(pool);
  }
  std::sort(plan.together.begin(), plan.together.end());
  for (auto& own : plan.whole) std::sort(own.begin(), own.end());
  return plan;
}

std::vector<GreedyResult> cut_pools_on_ranks(const Features& features, std::span<const std::vector<int64_t>> pools,
                                             const CutOptions& options, const Context& context, BinKeeper* keeper) {
  Comm& ranks = *options.ranks;
  const PoolPlan plan = plan_pools(pools, ranks.size());
  std::vector<GreedyResult> results(pools.size());
  CommonKeeper common(keeper, ranks);
  for (const size_t pool : plan.together) {
    Stage stage(context, "bins", static_cast<int64_t>(pools[pool].size()), "picks");
    results[pool] = cut_into_bins(features, pools[pool], options, context, &stage, {&common, static_cast<int64_t>(pool)});
  }
  std::vector<GreedyResult> mine;
  const auto& own = plan.whole[static_cast<size_t>(ranks.rank())];
  all_or_none(&ranks, true, [&] { mine = cut_own(features, pools, own, options, context, keeper); });
  exchange_results(plan, mine, ranks, results);
  return results;
}

}  // namespace decant
