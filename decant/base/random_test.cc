#include "decant/base/random.h"

#include <algorithm>
#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Philox, MatchesThePublishedVectors) {  // Random123, kat_vectors: philox4x32 10 rounds
  EXPECT_THAT(philox4x32({0, 0, 0, 0}, {0, 0}), ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
  EXPECT_THAT(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
}

TEST(Random, StreamsDependOnSeedNameAndIndexOnly) {
  EXPECT_EQ(Random(1, "a", 2).bits64(), Random(1, "a", 2).bits64());
  const std::set<uint64_t> distinct = {Random(1, "a", 2).bits64(), Random(2, "a", 2).bits64(), Random(1, "b", 2).bits64(),
                                       Random(1, "a", 3).bits64()};
  EXPECT_EQ(distinct.size(), 4u);
}

TEST(Random, BelowIsUniformAndPermutationIsOne) {
  Random random(7, "below");
  std::array<int, 5> counts{};
  for (int i = 0; i < 50000; ++i) ++counts[random.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 450);  // 5 standard deviations
  auto order = Random(7, "permutation").permutation(1000);
  EXPECT_NE(order[0] + order[1] * 1000, 1000);
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 1000; ++i) ASSERT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(7, "normal");
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = random.normal();
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.02);
  EXPECT_NEAR(squares / 1e5, 1, 0.03);
}

}  // namespace
}  // namespace decant
