#include "decant/select/bins/bins.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/dataset.h"
#include "decant/select/pools/drawn_for_tests.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SelectBins, CutsEveryClassByItself) {
  const auto features = noise(200, 12);
  const auto labels = cyclic_labels(200, 4);
  const auto selection = select_bins(features, labels, {}, {}, {});
  EXPECT_EQ(selection.method, "bins");
  EXPECT_EQ(selection.bin_count, 10);
  EXPECT_EQ(selection.pool_count, 4);
  EXPECT_EQ(selection.pools, labels);
  std::vector<int64_t> sorted = selection.order.values();
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
  EXPECT_THAT(message_of([&] { select_bins(features, {}, {}, {}, {}); }), HasSubstr("row 7, column 1: holds nan"));
}

TEST(SelectBins, RefusesWhatDoesNotFit) {
  const auto features = noise(6, 3);
  const auto with = [&](std::vector<int32_t> labels, std::vector<int64_t> bad) {
    return message_of([&] { select_bins(features, labels, bad, {}, {}); });
  };
  EXPECT_THAT(with({0, 1}, {}), HasSubstr("2 labels for 6 rows"));
  EXPECT_THAT(with({}, {6}), HasSubstr("row 6: is listed as bad, but there are only 6 rows"));
  EXPECT_THAT(with({}, {0, 1, 2, 3, 4, 5}), HasSubstr("none of the 6 rows are usable"));
  EXPECT_THAT(with({0, 0, 2147483647, 0, 0, 0}, {}), HasSubstr("row 2: has label 2147483647"));
  EXPECT_THAT(message_of([] { select_bins(noise(6, 0), {}, {}, {}, {}); }), HasSubstr("have no columns"));
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

}  // namespace
}  // namespace decant
