// Ranks as threads of this process: the same picks, sums and gains on any number of them.
#include "decant/select/bins/pools_on_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/comm/local.h"
#include "decant/select/bins/bins.h"
#include "decant/select/engine/nested_greedy.h"

namespace decant {
namespace {

struct Drawn {
  std::vector<float> values;
  int64_t width = 0;
  Features features() const {
    return {MatrixView<const float>(values.data(), static_cast<int64_t>(values.size()) / width, width), nullptr};
  }
};

Drawn draw(int64_t count, int64_t width, double mean, uint64_t seed) {
  Random random(seed, "rows over ranks");
  Drawn drawn{{}, width};
  for (int64_t i = 0; i < count * width; ++i) drawn.values.push_back(static_cast<float>(mean + random.normal()));
  return drawn;
}

std::vector<int64_t> rows_below(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Remembers what was kept, and hands a part of it out again.
class SharedKeeper final : public BinKeeper {
 public:
  std::vector<FinishedBin> finished(int64_t pool) override {
    const std::lock_guard lock(mutex_);
    return known_[pool];
  }
  void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) override {
    const std::lock_guard lock(mutex_);
    auto& bins = known_[pool];
    EXPECT_EQ(static_cast<int64_t>(bins.size()), bin);
    bins.push_back({{rows.begin(), rows.end()}, {gains.begin(), gains.end()}});
  }
  void forget_after(size_t bins) {
    for (auto& [pool, known] : known_) known.resize(std::min(known.size(), bins));
  }
  size_t pools() const { return known_.size(); }

 private:
  std::mutex mutex_;
  std::map<int64_t, std::vector<FinishedBin>> known_;
};

std::vector<BinFunction> functions_over_ranks() {
  return {BinFunction::graph_cut, BinFunction::graph_cut_dot, BinFunction::graph_cut_euclidean, BinFunction::herding,
          BinFunction::disparity_sum};
}

TEST(Ranks, PickTheSameRowsOfOnePool) {
  for (const BinFunction function : functions_over_ranks()) {
    const auto drawn = draw(1500, 19, function == BinFunction::herding ? 0 : 0.6, 7);
    const auto rows = rows_below(1500);
    CutOptions options;
    options.function = function;
    options.bins = 4;
    const auto wanted = cut_into_bins(drawn.features(), rows, options, {});
    for (const int ranks : {2, 3, 5, 8}) {
      run_ranks(ranks, [&](Comm& comm) {
        CutOptions shared = options;
        shared.ranks = &comm;
        Context context;
        context.threads = 1 + ranks % 2;
        const auto got = cut_into_bins(drawn.features(), rows, shared, context);
        EXPECT_EQ(got.order, wanted.order) << name_of(function) << " on " << ranks;
        EXPECT_EQ(got.gains, wanted.gains);
      });
    }
  }
}

TEST(Ranks, SendNothingWhilePicksGoOn) {
  const auto drawn = draw(6000, 24, 1, 3);
  const auto rows = rows_below(6000);
  run_ranks(2, [&](Comm& comm) {
    LinearPool pool(drawn.features(), rows, linear_form(BinFunction::graph_cut, 1), {}, &comm);
    NestedPicker picker(pool, {}, {});
    run_bins(picker, rows, 5, {});
    const auto& outer = picker.counts().levels.front();
    EXPECT_LT(outer.refreshes, 600);
    EXPECT_LT(comm.traffic().messages, 20 * (outer.refreshes + picker.counts().everyone_passes) + 4 * picker.counts().everyone_picks + 20);
  });
}

TEST(Ranks, StressSwitchesMoveNoPick) {
  for (uint64_t round = 0; round < 60; ++round) {
    Random random(5, "ranks under stress", round);
    const auto count = static_cast<int64_t>(1 + random.below(300));
    const auto drawn = draw(count, static_cast<int64_t>(1 + random.below(40)), random.below(2) == 0 ? 0 : 1, round);
    const auto rows = rows_below(count);
    CutOptions options;
    options.function = functions_over_ranks()[round % 5];
    options.bins = static_cast<int32_t>(1 + random.below(6));
    options.engine = BinEngine::exhaustive;
    const auto wanted = cut_into_bins(drawn.features(), rows, options, {});
    NestedOptions nested;
    nested.project = round % 3 != 0;
    nested.coarseness = round % 4 == 0 ? 4 : 1;
    nested.windows = static_cast<int32_t>(1 + round % 3);
    nested.horizon = round % 6 == 0 ? 1 : 0;
    nested.may_fall_back = round % 2 == 0;
    nested.everyone_every = round % 10 == 0 ? 20 : 0;
    run_ranks(static_cast<int>(1 + round % 4), [&](Comm& comm) {
      LinearPool pool(drawn.features(), rows, linear_form(options.function, 1), {}, &comm);
      NestedPicker picker(pool, nested, {});
      const auto got = run_bins(picker, rows, options.bins, {});
      EXPECT_EQ(got.order, wanted.order) << "round " << round;
      EXPECT_EQ(got.gains, wanted.gains) << "round " << round;
    });
  }
}

TEST(Ranks, TakePoolsWholeOrTogether) {
  const std::vector<std::vector<int64_t>> pools{rows_below(100), rows_below(30000), rows_below(500), rows_below(400)};
  const PoolPlan plan = plan_pools(pools, 2);
  EXPECT_THAT(plan.together, testing::ElementsAre(1));
  EXPECT_THAT(plan.whole, testing::ElementsAre(testing::ElementsAre(2), testing::ElementsAre(0, 3)));
}

TEST(Ranks, GoOnFromKeptBinsWithAnyNumberOfRanks) {
  const auto drawn = draw(23000, 6, 1, 9);
  std::vector<std::vector<int64_t>> pools(3);
  for (int64_t row = 0; row < 23000; ++row) pools[row < 21000 ? 0 : row % 2 == 0 ? 1 : 2].push_back(row);
  CutOptions options;
  options.bins = 5;
  const auto wanted = cut_pools(drawn.features(), pools, options, {});
  SharedKeeper keeper;
  for (const int ranks : {2, 1, 3}) {
    keeper.forget_after(static_cast<size_t>(ranks));
    run_ranks(ranks, [&](Comm& comm) {
      CutOptions shared = options;
      shared.ranks = &comm;
      const auto got = cut_pools(drawn.features(), pools, shared, {}, &keeper);
      for (size_t pool = 0; pool < pools.size(); ++pool) {
        EXPECT_EQ(got[pool].order, wanted[pool].order) << ranks << " ranks";
        EXPECT_EQ(got[pool].gains, wanted[pool].gains);
        EXPECT_EQ(got[pool].bin_begin, wanted[pool].bin_begin);
      }
    });
    EXPECT_EQ(keeper.pools(), 3u);
  }
}

TEST(Ranks, OneWithABadRowEndsAll) {
  auto drawn = draw(50, 4, 1, 2);
  drawn.values[4 * 40 + 1] = NAN;
  run_ranks(3, [&](Comm& comm) {
    BinOptions options;
    options.ranks = &comm;
    if (comm.rank() == 2) {
      EXPECT_THROW(select_bins(drawn.features(), {}, {}, options, {}), InputError);
    } else {
      EXPECT_THROW(select_bins(drawn.features(), {}, {}, options, {}), OtherRankFailed);
    }
  });
}

}  // namespace
}  // namespace decant
