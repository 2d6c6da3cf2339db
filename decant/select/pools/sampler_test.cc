#include "decant/select/pools/sampler.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/select/bins/bins.h"
#include "decant/select/methods/random.h"
#include "decant/select/pools/drawn_for_tests.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Sample, GivesExactCountsByClassAndBin) {
  const auto features = noise(300, 6);
  const auto labels = cyclic_labels(300, 3);
  const auto selection = select_bins(features, labels, {}, {}, {});
  const auto kept = sample(selection, labels, 60, 1);
  ASSERT_EQ(kept.size(), 60U);
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
  EXPECT_EQ(std::adjacent_find(kept.begin(), kept.end()), kept.end());
  std::vector<int> counts(30, 0);
  for (const int64_t row : kept)
    counts[static_cast<size_t>(labels[static_cast<size_t>(row)] * 10 + selection.bins[static_cast<size_t>(row)])] += 1;
  EXPECT_THAT(counts, Each(2));
  EXPECT_EQ(sample(selection, labels, 60, 1), kept);
  EXPECT_NE(sample(selection, labels, 60, 2), kept);
  EXPECT_EQ(sample(selection, labels, 300, 5).size(), 300U);
  EXPECT_EQ(sample(selection, labels, 61, 1).size(), 61U);
}

TEST(Sample, ASmallerSubsetLiesInsideALarger) {
  const auto selection = select_bins(noise(200, 4), {}, {}, {}, {});
  const auto small = sample(selection, {}, 40, 3);
  const auto large = sample(selection, {}, 120, 3);
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

// The published code sets one seed before every bin and so keeps the same positions in each: the
// overlap would be complete.

TEST(Sample, RoundingFavoursNoBin) {  // ten classes of ten bins of twelve rows: 24 of 120 is 2.4 a bin
  Selection selection;
  selection.bin_count = selection.pool_count = 10;
  std::vector<int32_t> pools, bins;
  for (int32_t row = 0; row < 1200; ++row) {
    pools.push_back(row / 120);
    bins.push_back(row % 10);
  }
  selection.pools = pools;
  selection.bins = bins;
  std::vector<int> kept(10);
  for (const int64_t row : sample(selection, {}, 240, 3)) ++kept[static_cast<size_t>(row % 10)];
  for (const int count : kept) EXPECT_EQ(count, 24);
}

TEST(Sample, NoClassWinsEveryTie) {  // 40 classes of 5 rows, of which 20 rows are kept: a row of every other class
  const auto labels = cyclic_labels(200, 40);
  const auto selection = select_random(200, labels, {}, true, 0);
  std::vector<int> kept(40, 0);
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Subset rows = sample(selection, {}, 20, seed);
    EXPECT_EQ(rows.size(), 20U);
    EXPECT_EQ(sample(selection, {}, 20, seed), rows);
    for (const int64_t row : rows) ++kept[static_cast<size_t>(labels[static_cast<size_t>(row)])];
  }
  for (const int count : kept) EXPECT_THAT(count, testing::AllOf(testing::Ge(8), testing::Le(32)));  // 20 ± 3.8 standard deviations
}

TEST(Sample, BinsDrawIndependently) {
  Selection selection;
  constexpr int64_t kSize = 1000, kBins = 10;
  std::vector<int32_t> bins;
  for (int64_t row = 0; row < kSize * kBins; ++row) bins.push_back(static_cast<int32_t>(row / kSize));
  selection.bins = bins;
  selection.pools = {bins.size(), 0};
  const auto kept = sample(selection, {}, kSize * kBins / 10, 11);
  std::vector<std::vector<int64_t>> positions(kBins);
  for (const int64_t row : kept) positions[static_cast<size_t>(row / kSize)].push_back(row % kSize);
  for (size_t a = 0; a < positions.size(); ++a) {
    ASSERT_EQ(positions[a].size(), 100U);
    for (size_t b = 0; b < a; ++b) {
      std::vector<int64_t> both;
      std::set_intersection(positions[a].begin(), positions[a].end(), positions[b].begin(), positions[b].end(), std::back_inserter(both));
      EXPECT_LT(both.size(), 27U) << a << " and " << b;  // 10 expected, standard deviation 2.9
    }
  }
}

TEST(Sample, RefusesCountsAndLabelsThatDoNotFit) {
  const auto selection = select_random(10, {}, std::vector<int64_t>{4}, false, 1);
  EXPECT_THAT(message_of([&] { sample(selection, {}, 0, 1); }), HasSubstr("0 of 9 usable rows"));
  EXPECT_THAT(message_of([&] { sample(selection, {}, 10, 1); }), HasSubstr("Keep 1 to 9 rows"));
  EXPECT_THAT(message_of([&] { sample(selection, std::vector<int32_t>{1}, 1, 1); }), HasSubstr("1 labels for 10 rows"));
  EXPECT_THAT(sample(selection, {}, 9, 1), ElementsAre(0, 1, 2, 3, 5, 6, 7, 8, 9));
}

}  // namespace
}  // namespace decant
