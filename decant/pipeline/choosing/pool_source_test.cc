// Pools in place of classes.
#include "decant/pipeline/choosing/pool_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/formats/npy/npy.h"
#include "decant/pipeline/choosing/choosing_for_tests.h"

namespace decant {
namespace {

using testing::HasSubstr;

TEST(PoolsInPlaceOfClasses, AreWhatEveryMethodChoosesBy) {
  const DrawnSet set("pooled", {60, 41, 19});
  const Input labelled = set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  for (const std::string& name : plain_methods()) {
    ChoosingOptions pooled = set.method(name);
    pooled.pools = (set.folder / "y.npy").string();
    EXPECT_EQ(rows_of(unlabelled, pooled, 36, 5), rows_of(labelled, set.method(name), 36, 5)) << name;
    expect_says(choose(unlabelled, pooled, 36).note, {"each of 3 pools (of 19 to 60 rows) named by", "y.npy"});
  }
}

TEST(PoolsInPlaceOfClasses, AreWhatAHardCutBeforeBinsGoesBy) {
  const DrawnSet set("pooled_cut", {60, 40});
  Input input = set.stored();
  std::vector<int32_t> numbers(100);
  for (size_t i = 0; i < 100; ++i) numbers[i] = static_cast<int32_t>(i % 5);
  write_npy<int32_t>(set.folder / "p.npy", numbers);
  for (const char* pools : {"p.npy", "kmeans:1"}) {
    const bool file = pools[0] == 'p';
    const ChoosingOptions select{.method = "bins",
                                 .own = {.bins = 2},
                                 .pools = file ? (set.folder / pools).string() : pools,
                                 .scores = (set.folder / "s.npy").string(),
                                 .hard_cut = 0.2};
    const ChosenRows chosen = choose(input, select, 20);
    std::map<int32_t, int> sizes;
    for (const int64_t row : chosen.selection.order) ++sizes[chosen.selection.pools[static_cast<size_t>(row)]];
    EXPECT_EQ(sizes.size(), file ? 5u : 1u);
    for (const auto& [pool, size] : sizes) EXPECT_EQ(size, file ? 16 : 80) << pool;
  }
}

TEST(PoolsInPlaceOfClasses, ByKMeansNeedNoLabels) {
  const DrawnSet set("clustered", {60, 41, 19});
  set.stored();
  const Input unlabelled = read_input({.path = set.folder / "x.npy"}, {});
  for (const char* name : {"random", "probe", "herding"}) {
    const ChosenRows chosen = choose(unlabelled, {.method = name, .pools = "kmeans:4"}, 36);
    EXPECT_EQ(chosen.selection.pool_count, 4) << name;
    EXPECT_THAT(chosen.note, HasSubstr("made by kmeans:4"));
    EXPECT_EQ(sample(chosen.selection, {}, 36, 0).size(), 36u);
  }
}

TEST(PoolsInPlaceOfClasses, LeaveBadRowsOutAndMakeOnePoolOfRowsWithoutANumber) {
  const DrawnSet set("numbered", {30, 20});
  Input input = set.stored();
  input.excluded.push_back({7, "row 7", "torn"});
  std::vector<int32_t> numbers(50, 4);
  for (const int i : {7, 8, 9}) numbers[static_cast<size_t>(i)] = -1;
  write_npy<int32_t>(set.folder / "p.npy", numbers);
  const Grouping pools = make_grouping({.file = set.folder / "p.npy"}, input, {}, 0, {});
  EXPECT_EQ(pools.count(), 2);
  EXPECT_EQ(pools.origin, (set.folder / "p.npy").string());
  EXPECT_EQ(pools.of_row[6], 0);
  EXPECT_EQ(pools.of_row[7], kNoGroup);
  EXPECT_EQ(pools.of_row[8], 1);
  EXPECT_EQ(pools.of_row[9], 1);
}

}  // namespace
}  // namespace decant
