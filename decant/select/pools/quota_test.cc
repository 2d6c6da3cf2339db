#include "decant/select/pools/quota.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> shared(int64_t total, const std::vector<double>& weights, const std::vector<int64_t>& sizes) {
  return share_weighted(total, weights, sizes);
}

TEST(Share, CanBeEqualAndIsCappedThen) {
  EXPECT_THAT(share(9, std::vector<int64_t>{30, 3, 90}, Shares::equal), ElementsAre(3, 3, 3));
  EXPECT_THAT(share(10, std::vector<int64_t>{30, 3, 90}, Shares::equal), ElementsAre(4, 3, 3)) << "an odd row to the smaller label";
  EXPECT_THAT(share(21, std::vector<int64_t>{30, 3, 90}, Shares::equal), ElementsAre(9, 3, 9)) << "as many as there are";
  EXPECT_THAT(share(123, std::vector<int64_t>{30, 3, 90}, Shares::equal), ElementsAre(30, 3, 90));
  EXPECT_EQ(share(10, std::vector<int64_t>{30, 3, 90}, Shares::by_size), share(10, std::vector<int64_t>{30, 3, 90}));
}

TEST(Share, TiesGoWhereTheySay) {
  const std::vector<int64_t> same = {5, 5, 5};
  const std::vector<uint64_t> ties = {7, 3, 9};
  EXPECT_THAT(share(10, same, Shares::by_size, ties), ElementsAre(3, 4, 3));
  EXPECT_THAT(share(11, same, Shares::by_size, ties), ElementsAre(4, 4, 3));
  EXPECT_THAT(share(10, std::vector<int64_t>{30, 3, 90}, Shares::equal, std::vector<uint64_t>{9, 1, 3}), ElementsAre(3, 3, 4));
  for (uint64_t round = 0; round < 200; ++round) {  // where nothing is tied, they change nothing
    Random random(5, "ties", round);
    std::vector<int64_t> sizes(1 + random.below(9));
    std::vector<uint64_t> drawn(sizes.size());
    for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = static_cast<int64_t>((uint64_t{1} << i) * 7 + random.below(3));
    for (uint64_t& tie : drawn) tie = random.bits64();
    const auto sum = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    const auto total = static_cast<int64_t>(random.below(static_cast<uint64_t>(sum) + 1));
    std::set<int64_t> remainders;
    for (const int64_t size : sizes) remainders.insert(total * size % sum);
    if (remainders.size() < sizes.size()) continue;
    EXPECT_EQ(share(total, sizes, Shares::by_size, drawn), share(total, sizes));
  }
}

TEST(Share, GivesEveryClassTheLeastFirst) {
  const std::vector<int64_t> sizes = {1000, 2, 10, 100};
  EXPECT_THAT(share(50, sizes, Shares(Shares::by_size, 5)), ElementsAre(38, 2, 5, 5));
  EXPECT_THAT(share(17, sizes, Shares(Shares::by_size, 5)), ElementsAre(5, 2, 5, 5));
  EXPECT_EQ(share(50, sizes, Shares(Shares::by_size, 0)), share(50, sizes));
  EXPECT_THAT(message_of([&] { share(16, sizes, Shares(Shares::by_size, 5)); }),
              HasSubstr("16 rows are to be kept, but 5 of each of 4 classes are 17. Keep 17 rows or more"));
  for (uint64_t round = 0; round < 300; ++round) {
    Random random(4, "least", round);
    std::vector<int64_t> drawn(1 + random.below(12));
    for (auto& size : drawn) size = static_cast<int64_t>(random.below(50));
    const int64_t least = static_cast<int64_t>(random.below(8));
    int64_t needed = 0;
    for (const int64_t size : drawn) needed += std::min(size, least);
    const auto sum = std::accumulate(drawn.begin(), drawn.end(), int64_t{0});
    const int64_t total = needed + static_cast<int64_t>(random.below(static_cast<uint64_t>(sum - needed) + 1));
    for (const Shares::How how : {Shares::by_size, Shares::equal}) {
      const auto counts = share(total, drawn, Shares(how, least));
      EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), int64_t{0}), total);
      for (size_t i = 0; i < drawn.size(); ++i) {
        EXPECT_GE(counts[i], std::min(least, drawn[i]));
        EXPECT_LE(counts[i], drawn[i]);
      }
    }
  }
}

TEST(KeepCount, AllIsAllThatCanBeKept) {
  for (const char* all : {"100%", "1.0", "100.0%", "1."}) EXPECT_EQ(keep_count(all, 10, 8), 8) << all;
  EXPECT_EQ(keep_count("99.9%", 10, 8), 10) << "the caller refuses it";
  EXPECT_EQ(keep_count("10", 10, 8), 10);
  EXPECT_EQ(keep_count("50%", 10, 8), 5);
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
  const auto refused = [](const char* keep) { return message_of([&] { keep_count(keep, 100); }); };
  EXPECT_THAT(refused("0"), HasSubstr("keep '0': keeps no row"));
  EXPECT_THAT(refused("0.0"), HasSubstr("keeps none of 100 rows"));
  EXPECT_THAT(refused("0.001"), HasSubstr("keeps none of 100 rows"));
  EXPECT_THAT(refused("101"), HasSubstr("more than the 100 rows"));
  EXPECT_THAT(refused("200%"), HasSubstr("more than 100 %"));
  EXPECT_THAT(refused("1.5"), HasSubstr("more than 100 %"));
  for (const char* keep :
       {"", "%", ".", "-1", "-0.5", "abc", "1e3", "0x10", "nan", "inf", "5 ", " 5", "20%%", "1.2.3", "99999999999999999999"}) {
    EXPECT_THAT(refused(keep), HasSubstr("is not a number of rows")) << keep;
  }
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
