#include "decant/data/subset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

TEST(Subset, IsAscendingAndDistinct) {
  EXPECT_THROW(Subset({2, 1}), BugError);
  EXPECT_THROW(Subset({1, 1}), BugError);
  EXPECT_THAT(Subset::all(3), testing::ElementsAre(0, 1, 2));
  EXPECT_TRUE(Subset::all(0).empty());
}

TEST(Subset, WithoutAndUnited) {
  const Subset even = {0, 2, 4};
  EXPECT_EQ(Subset::all(5).without(even), (Subset{1, 3}));
  EXPECT_EQ(even.united({1, 2}), (Subset{0, 1, 2, 4}));
  EXPECT_TRUE(even.contains(4));
  EXPECT_FALSE(even.contains(3));
}

}  // namespace
}  // namespace decant
