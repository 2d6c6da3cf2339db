// A run that stops after any bin goes on to the same end, and what is kept is not believed before
// it is checked.
#include <algorithm>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/select/bins/bins.h"
#include "decant/select/bins/cut.h"

namespace decant {
namespace {

using testing::HasSubstr;

/// Keeps bins in memory, and presses Ctrl-C after so many of them.
class MemoryKeeper final : public BinKeeper {
 public:
  explicit MemoryKeeper(int64_t stop_after = -1) : left_(stop_after) {}
  std::vector<FinishedBin> finished(int64_t pool) override {
    const std::lock_guard lock(mutex_);
    std::vector<FinishedBin> known;
    for (const auto& [bin, content] : bins[pool]) {
      if (bin != static_cast<int64_t>(known.size())) break;
      known.push_back(content);
    }
    return known;
  }
  void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(bins[pool].contains(bin)) << "a finished bin is not cut again";
    bins[pool][bin] = {{rows.begin(), rows.end()}, {gains.begin(), gains.end()}};
    ++kept;
    if (--left_ == 0) flag = true;
  }
  void go_on() {
    flag = false;
    kept = 0;
  }

  std::map<int64_t, std::map<int64_t, FinishedBin>> bins;
  std::atomic<bool> flag{false};
  int64_t kept = 0;

 private:
  std::mutex mutex_;
  int64_t left_;
};

/// Counts what was done now, and what an earlier run did.
class CountingProgress final : public ProgressSink {
 public:
  void begin(std::string_view, int64_t all, std::string_view) override { total = all; }
  void advance(int64_t count) override { done += count; }
  void skip(int64_t count) override { skipped += count; }
  void end() override {}
  std::atomic<int64_t> total{0}, done{0}, skipped{0};
};

Features keeper_noise(int64_t count, int64_t width) {
  Random random(5, "keeper noise");
  auto owner = std::make_shared<std::vector<float>>();
  for (int64_t i = 0; i < count * width; ++i) owner->push_back(static_cast<float>(0.5 + random.normal()));
  return {MatrixView<const float>(owner->data(), count, width), owner};
}

std::vector<std::vector<int64_t>> three_pools(int64_t count) {
  std::vector<std::vector<int64_t>> pools(3);
  for (int64_t i = 0; i < count; ++i) pools[i % 7 == 0 ? 2 : static_cast<size_t>(i % 2)].push_back(i);
  return pools;
}

void expect_equal(const std::vector<GreedyResult>& a, const std::vector<GreedyResult>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].order, b[i].order);
    EXPECT_EQ(a[i].gains, b[i].gains);
    EXPECT_EQ(a[i].bin_begin, b[i].bin_begin);
  }
}

TEST(BinKeeper, ARunStoppedAfterAnyBinGoesOnToTheSameEnd) {
  const auto features = keeper_noise(700, 8);
  const auto pools = three_pools(700);
  for (const BinFunction function : {BinFunction::graph_cut, BinFunction::herding, BinFunction::graph_cut_gradient}) {
    const CutOptions options{.function = function, .bins = 5, .classes = function == BinFunction::graph_cut_gradient ? 3 : 0};
    const auto whole = cut_pools(features, pools, options, {});
    for (int64_t stop = 1; stop <= 15; stop += function == BinFunction::graph_cut ? 1 : 6) {
      MemoryKeeper keeper(stop);
      CountingProgress progress;
      const Context context{.threads = stop % 3 == 0 ? 3 : 1, .progress = &progress, .cancel = &keeper.flag};
      EXPECT_THROW(cut_pools(features, pools, options, context, &keeper), Cancelled) << stop;
      EXPECT_GE(keeper.kept, stop);
      const int64_t before = keeper.kept;
      keeper.go_on();
      progress.done = 0;
      expect_equal(cut_pools(features, pools, options, context, &keeper), whole);
      EXPECT_EQ(keeper.kept, 15 - before);
      EXPECT_GT(progress.skipped, 0);
      EXPECT_EQ(progress.skipped + progress.done, 700);
    }
  }
}

TEST(BinKeeper, KnowsEverythingAndNothingIsCut) {
  const auto features = keeper_noise(90, 4);
  MemoryKeeper keeper;
  const auto first = select_bins(features, {}, {}, {}, {}, &keeper);
  EXPECT_EQ(keeper.kept, 10);
  keeper.go_on();
  CountingProgress progress;
  const auto second = select_bins(features, {}, {}, {}, {.progress = &progress}, &keeper);
  EXPECT_EQ(keeper.kept, 0);
  EXPECT_EQ(progress.done, 0);
  EXPECT_EQ(second.order, first.order);
  EXPECT_EQ(second.gains, first.gains);
}

TEST(BinKeeper, AGapEndsWhatIsKnown) {
  const auto features = keeper_noise(90, 4);
  MemoryKeeper keeper;
  const auto first = select_bins(features, {}, {}, {}, {}, &keeper);
  for (int64_t bin = 4; bin < 10; ++bin) keeper.bins[0].erase(bin);
  keeper.go_on();
  EXPECT_EQ(select_bins(features, {}, {}, {}, {}, &keeper).order, first.order);
  EXPECT_EQ(keeper.kept, 6);
}

TEST(BinKeeper, ForgedBinsAreRefused) {
  const auto features = keeper_noise(90, 4);
  std::vector<int32_t> labels(90, 0);
  std::fill(labels.begin() + 50, labels.end(), 1);
  const auto with = [&](auto forge) {
    MemoryKeeper keeper;
    select_bins(features, labels, {}, {}, {}, &keeper);
    forge(keeper.bins[0]);
    for (auto bin = keeper.bins[0].upper_bound(5); bin != keeper.bins[0].end() && bin->first < 10;) bin = keeper.bins[0].erase(bin);
    return message_of([&] { select_bins(features, labels, {}, {}, {}, &keeper); });
  };
  using Bins = std::map<int64_t, FinishedBin>;
  EXPECT_EQ(with([](Bins&) {}), "no error");
  expect_says(with([](Bins& bins) { bins[2].rows[1] = 60; }), {"pool 0, bin 2", "row 60 is not in this pool", "start again"});
  EXPECT_THAT(with([](Bins& bins) { bins[2].rows[1] = -1; }), HasSubstr("row -1 is not in this pool"));
  EXPECT_THAT(with([](Bins& bins) { bins[2].rows[1] = int64_t{1} << 60; }), HasSubstr("is not in this pool"));
  EXPECT_THAT(with([](Bins& bins) { bins[2].rows[1] = bins[2].rows[0]; }), HasSubstr("appears twice"));
  EXPECT_THAT(with([](Bins& bins) { bins[3].rows[1] = bins[0].rows[0]; }), HasSubstr("appears twice"));
  EXPECT_THAT(with([](Bins& bins) { bins[2].rows.pop_back(); }), HasSubstr("has 4 rows and 5 gains instead of 5"));
  EXPECT_THAT(with([](Bins& bins) { bins[2].gains.clear(); }), HasSubstr("has 5 rows and 0 gains"));
  EXPECT_THAT(with([](Bins& bins) {
                for (int64_t bin = 0; bin < 10; ++bin) bins[bin].gains.resize(bins[bin].rows.size());
                bins[5] = {};
              }),
              HasSubstr("bin 5: has 0 rows"));
}

TEST(BinKeeper, MoreBinsThanAPoolHasAreRefused) {
  const auto features = keeper_noise(30, 4);
  MemoryKeeper keeper;
  select_bins(features, {}, {}, {.bins = 3}, {}, &keeper);
  keeper.bins[0][3] = keeper.bins[0][0];
  EXPECT_THAT(message_of([&] { select_bins(features, {}, {}, {.bins = 3}, {}, &keeper); }), HasSubstr("exceeds the 3 bins"));
}

}  // namespace
}  // namespace decant
