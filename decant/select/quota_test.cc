#include "decant/select/quota.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::vector<int64_t> shared(int64_t total, const std::vector<double>& weights, const std::vector<int64_t>& sizes) {
  return share_weighted(total, weights, sizes);
}

TEST(ShareWeighted, IsProportionalWhereNothingIsFull) {
  EXPECT_THAT(shared(10, {1, 2, 2}, {50, 50, 50}), ElementsAre(2, 4, 4));
  EXPECT_THAT(shared(10, {1, 1, 1}, {50, 50, 50}), ElementsAre(4, 3, 3)) << "ties to the smaller index";
  EXPECT_THAT(shared(0, {1, 2}, {5, 5}), ElementsAre(0, 0));
  EXPECT_TRUE(shared(0, {}, {}).empty());
}

TEST(ShareWeighted, AFullPartPassesItsRestOnInProportion) {
  EXPECT_THAT(shared(10, {8, 1, 1}, {4, 50, 50}), ElementsAre(4, 3, 3));
  EXPECT_THAT(shared(12, {6, 3, 1}, {4, 4, 50}), ElementsAre(4, 4, 4)) << "a part that the rest of another overflows";
  EXPECT_THAT(shared(9, {6, 3, 1}, {4, 4, 1}), ElementsAre(4, 4, 1)) << "everything";
}

TEST(ShareWeighted, PartsWithoutWeightGetWhatNobodyElseHolds) {
  EXPECT_THAT(shared(4, {0, 1}, {9, 9}), ElementsAre(0, 4));
  EXPECT_THAT(shared(6, {0, 1, 0}, {9, 3, 18}), ElementsAre(1, 3, 2));
  EXPECT_THAT(shared(6, {0, 0}, {4, 8}), ElementsAre(2, 4));
}

TEST(ShareWeighted, WeightsOfOneSizeAreShares) {
  const std::vector<int64_t> sizes = {500, 450, 405, 364, 328, 295, 266, 239, 215, 1938};
  const std::vector<double> weights(sizes.begin(), sizes.end());
  for (const int64_t total : {1, 77, 625, 4999, 5000}) EXPECT_EQ(share_weighted(total, weights, sizes), share(total, sizes)) << total;
}

TEST(ShareWeighted, IsExactAndCappedInEveryCase) {
  Random random(2, "weighted shares");
  for (int round = 0; round < 3000; ++round) {
    std::vector<int64_t> sizes(1 + random.below(12));
    std::vector<double> weights;
    std::vector<double> owed;
    for (int64_t& size : sizes) {
      size = static_cast<int64_t>(random.below(30));
      weights.push_back(random.below(4) == 0 ? 0 : std::exp(20 * random.normal()));
      owed.push_back(random.normal());
    }
    const auto all = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    const auto total = static_cast<int64_t>(random.below(static_cast<uint64_t>(all) + 1));
    const auto shares = share_weighted(total, weights, sizes, owed);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), int64_t{0}), total);
    const auto plain = share_weighted(total, weights, sizes);
    const auto quotas = weighted_quotas(total, weights, sizes);
    for (size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_GE(shares[i], 0);
      EXPECT_LE(shares[i], sizes[i]);
      EXPECT_LT(std::abs(static_cast<double>(plain[i]) - quotas[i]), 1 + 1e-9);
    }
  }
}

TEST(ShareWeighted, OverManyCallsWhatIsOwedIsPaid) {
  const std::vector<double> weights = {0.24, 0.26, 0.24, 0.26};
  const std::vector<int64_t> sizes(4, 10);
  std::vector<double> owed(4, 0.0);
  std::vector<int64_t> sums(4, 0);
  for (int call = 0; call < 100; ++call) {
    const auto shares = share_weighted(2, weights, sizes, owed);
    for (size_t i = 0; i < 4; ++i) {
      sums[i] += shares[i];
      owed[i] += 2 * weights[i] - static_cast<double>(shares[i]);
    }
  }
  EXPECT_THAT(sums, ElementsAre(48, 52, 48, 52));
}

TEST(ShareWeighted, RefusesWhatCannotBe) {
  EXPECT_THROW(shared(8, {1, 1}, {3, 4}), BugError);
  EXPECT_THROW(shared(1, {1, -1}, {3, 4}), BugError);
  EXPECT_THROW(shared(1, {1, NAN}, {3, 4}), BugError);
}

}  // namespace
}  // namespace decant
