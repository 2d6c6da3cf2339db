#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(Axis, LengthsAreProportional) {
  EXPECT_EQ(length(1, 4), "25.00%");
  EXPECT_EQ(length(9, 4), "100.00%");
  EXPECT_EQ(length(1, 0), "0.00%");
}

TEST(Axis, TicksAreRound) {
  EXPECT_THAT(ticks(0.69, 0.86, 5),
              ElementsAre(DoubleNear(0.70, 1e-12), DoubleNear(0.75, 1e-12), DoubleNear(0.80, 1e-12), DoubleNear(0.85, 1e-12)));
}

}  // namespace
}  // namespace decant::report
