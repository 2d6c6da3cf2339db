#include "decant/select/recipes.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/data/dataset.h"
#include "decant/select/quota.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

template <class Action>
std::string complaint(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

Features noise(int64_t count, int64_t width, uint64_t seed = 1) {
  Random random(seed, "noise");
  auto owner = std::make_shared<std::vector<float>>();
  for (int64_t i = 0; i < count * width; ++i) owner->push_back(static_cast<float>(0.5 + random.normal()));
  return {MatrixView<const float>(owner->data(), count, width), owner};
}

std::vector<int32_t> cyclic_labels(int64_t count, int32_t classes) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < count; ++i) labels.push_back(static_cast<int32_t>(i % classes));
  return labels;
}

TEST(Share, IsExactProportionalAndCapped) {
  EXPECT_THAT(share(10, std::vector<int64_t>{5, 5, 5}), ElementsAre(4, 3, 3));  // ties to the smaller index
  EXPECT_THAT(share(7, std::vector<int64_t>{1, 0, 99}), ElementsAre(0, 0, 7));
  EXPECT_THAT(share(0, std::vector<int64_t>{3, 4}), ElementsAre(0, 0));
  EXPECT_THAT(share(7, std::vector<int64_t>{3, 4}), ElementsAre(3, 4));
  EXPECT_TRUE(share(0, std::vector<int64_t>{}).empty());
  const int64_t huge = int64_t{1} << 61;  // the products do not fit 64 bits
  EXPECT_THAT(share(huge, std::vector<int64_t>{huge, huge}), ElementsAre(huge / 2, huge / 2));
  EXPECT_THROW(share(8, std::vector<int64_t>{3, 4}), BugError);
  for (uint64_t round = 0; round < 300; ++round) {
    Random random(3, "share", round);
    std::vector<int64_t> sizes(1 + random.below(12));
    for (auto& size : sizes) size = static_cast<int64_t>(random.below(50));
    const auto sum = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    const auto total = static_cast<int64_t>(random.below(static_cast<uint64_t>(sum) + 1));
    const auto shares = share(total, sizes);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), int64_t{0}), total);
    for (size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_LE(shares[i], sizes[i]);
      EXPECT_NEAR(static_cast<double>(shares[i]), static_cast<double>(total * sizes[i]) / static_cast<double>(std::max<int64_t>(1, sum)),
                  1.0);
    }
  }
}

TEST(KeepCount, ReadsFractionsPercentsAndCounts) {
  EXPECT_EQ(keep_count("0.2", 50000), 10000);
  EXPECT_EQ(keep_count("20%", 50000), 10000);
  EXPECT_EQ(keep_count("12.5%", 8), 1);
  EXPECT_EQ(keep_count(".5", 3), 2);  // 1.5 rounds up
  EXPECT_EQ(keep_count("1.0", 7), 7);
  EXPECT_EQ(keep_count("100%", 7), 7);
  EXPECT_EQ(keep_count("2", 7), 2);
  EXPECT_EQ(keep_count("5000", 5000), 5000);
}

TEST(KeepCount, RefusesTheRestWithAReason) {
  const auto refused = [](const char* keep) { return complaint([&] { keep_count(keep, 100); }); };
  EXPECT_THAT(refused("0"), HasSubstr("keep '0': keeps no row"));
  EXPECT_THAT(refused("0.0"), HasSubstr("keeps none of 100 rows"));
  EXPECT_THAT(refused("0.001"), HasSubstr("keeps none of 100 rows"));
  EXPECT_THAT(refused("101"), HasSubstr("more than the 100 rows"));
  EXPECT_THAT(refused("200%"), HasSubstr("more than everything"));
  EXPECT_THAT(refused("1.5"), HasSubstr("more than everything"));
  for (const char* keep :
       {"", "%", ".", "-1", "-0.5", "abc", "1e3", "0x10", "nan", "inf", "5 ", " 5", "20%%", "1.2.3", "99999999999999999999"}) {
    EXPECT_THAT(refused(keep), HasSubstr("is no amount of rows")) << keep;
  }
}

TEST(SelectBins, CutsEveryClassByItself) {
  const auto features = noise(200, 12);
  const auto labels = cyclic_labels(200, 4);
  const auto selection = select_bins(features, labels, {}, {}, {});
  EXPECT_EQ(selection.method, "bins");
  EXPECT_EQ(selection.bin_count, 10);
  EXPECT_EQ(selection.pool_count, 4);
  EXPECT_EQ(selection.pools, labels);
  std::vector<int64_t> sorted = selection.order;
  std::sort(sorted.begin(), sorted.end());
  for (int64_t i = 0; i < 200; ++i) ASSERT_EQ(sorted[static_cast<size_t>(i)], i);
  for (int32_t label = 0; label < 4; ++label) {
    for (int32_t bin = 0; bin < 10; ++bin) {
      int64_t size = 0;
      for (size_t row = 0; row < 200; ++row) size += selection.pools[row] == label && selection.bins[row] == bin;
      EXPECT_EQ(size, 5);
    }
  }
  BinOptions whole;
  whole.per_class = false;
  EXPECT_EQ(select_bins(features, labels, {}, whole, {}).pool_count, 1);
}

TEST(SelectBins, LeavesBadRowsOutWhateverTheyHold) {
  auto values = std::make_shared<std::vector<float>>(20 * 3, 1.0F);
  (*values)[7 * 3 + 1] = std::numeric_limits<float>::quiet_NaN();
  const Features features{MatrixView<const float>(values->data(), 20, 3), values};
  const auto selection = select_bins(features, {}, std::vector<int64_t>{7, 19}, {}, {});
  EXPECT_EQ(selection.order.size(), 18U);
  EXPECT_EQ(selection.bins[7], kNoBin);
  EXPECT_EQ(selection.pools[19], kNoBin);
  EXPECT_TRUE(std::isnan(selection.gains[7]));
  EXPECT_THAT(complaint([&] { select_bins(features, {}, {}, {}, {}); }), HasSubstr("row 7, column 1: holds nan"));
}

TEST(SelectBins, RefusesWhatDoesNotFit) {
  const auto features = noise(6, 3);
  const auto with = [&](std::vector<int32_t> labels, std::vector<int64_t> bad) {
    return complaint([&] { select_bins(features, labels, bad, {}, {}); });
  };
  EXPECT_THAT(with({0, 1}, {}), HasSubstr("2 labels for 6 rows"));
  EXPECT_THAT(with({}, {6}), HasSubstr("row 6: is listed as bad, but there are 6 rows"));
  EXPECT_THAT(with({}, {0, 1, 2, 3, 4, 5}), HasSubstr("none of 6 rows can be used"));
  EXPECT_THAT(with({0, 0, 2147483647, 0, 0, 0}, {}), HasSubstr("row 2: has label 2147483647"));
  EXPECT_THAT(complaint([] { select_bins(noise(6, 0), {}, {}, {}, {}); }), HasSubstr("have no columns"));
}

TEST(SelectBins, SmallAndUnlabelledClasses) {
  const auto features = noise(24, 5);
  std::vector<int32_t> labels(24, 1);
  labels[3] = 0;  // a class of one row
  labels[5] = labels[6] = kNoLabel;
  const auto selection = select_bins(features, labels, {}, {}, {});
  EXPECT_EQ(selection.pool_count, 3);
  EXPECT_EQ(selection.pools[3], 0);
  EXPECT_EQ(selection.bins[3], 0);
  EXPECT_EQ(selection.pools[5], 2);  // after the labelled ones
  EXPECT_EQ(selection.order.size(), 24U);
}

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

// The published code sets one seed before every bin and so keeps the same positions in each: the overlap would be complete.
TEST(Sample, RoundingFavoursNoBin) {  // ten classes of ten bins of twelve rows: 24 of 120 is 2.4 a bin
  Selection selection;
  selection.bin_count = selection.pool_count = 10;
  for (int32_t row = 0; row < 1200; ++row) {
    selection.pools.push_back(row / 120);
    selection.bins.push_back(row % 10);
  }
  std::vector<int> kept(10);
  for (const int64_t row : sample(selection, {}, 240, 3)) ++kept[static_cast<size_t>(row % 10)];
  for (const int count : kept) EXPECT_EQ(count, 24);
}

TEST(Sample, BinsDrawIndependently) {
  Selection selection;
  constexpr int64_t kSize = 1000, kBins = 10;
  for (int64_t row = 0; row < kSize * kBins; ++row) selection.bins.push_back(static_cast<int32_t>(row / kSize));
  selection.pools.assign(selection.bins.size(), 0);
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
  EXPECT_THAT(complaint([&] { sample(selection, {}, 0, 1); }), HasSubstr("0 of 9 usable rows"));
  EXPECT_THAT(complaint([&] { sample(selection, {}, 10, 1); }), HasSubstr("Keep 1 to 9 rows"));
  EXPECT_THAT(complaint([&] { sample(selection, std::vector<int32_t>{1}, 1, 1); }), HasSubstr("1 labels for 10 rows"));
  EXPECT_THAT(sample(selection, {}, 9, 1), ElementsAre(0, 1, 2, 3, 5, 6, 7, 8, 9));
}

TEST(SelectRandom, IsBalancedByClassOrPlain) {
  const auto labels = cyclic_labels(100, 5);
  const auto balanced = select_random(100, labels, {}, true, 1);
  EXPECT_EQ(balanced.pool_count, 5);
  EXPECT_EQ(balanced.bin_count, 1);
  EXPECT_EQ(balanced.order.size(), 100U);
  std::vector<int> counts(5, 0);
  for (const int64_t row : sample(balanced, labels, 20, 4)) counts[static_cast<size_t>(row % 5)] += 1;
  EXPECT_THAT(counts, Each(4));
  const auto plain = select_random(100, labels, {}, false, 1);
  EXPECT_EQ(plain.pool_count, 1);
  EXPECT_EQ(sample(plain, {}, 20, 4).size(), 20U);
  EXPECT_NE(select_random(100, {}, {}, false, 2).order, plain.order);
}

}  // namespace
}  // namespace decant
