#include "apps/cli/pace.h"

#include <gtest/gtest.h>

namespace decant::cli {
namespace {

TEST(Pace, FollowsTheLastHalfMinute) {
  Pace pace;
  EXPECT_EQ(pace.per_second(), 0);
  pace.add(500, 0);  // no time has passed
  EXPECT_EQ(pace.per_second(), 0);
  pace = {};
  for (int i = 0; i < 20; ++i) pace.add(100, 0.1);
  EXPECT_NEAR(pace.per_second(), 1000, 40);
  for (int i = 0; i < 600; ++i) pace.add(1, 0.1);  // a minute of slow work
  EXPECT_LT(pace.per_second(), 90);
  EXPECT_GT(pace.per_second(), 10);
}

}  // namespace
}  // namespace decant::cli
