#include "decant/select/methods/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/select/pools/drawn_for_tests.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

using testing::Each;

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
