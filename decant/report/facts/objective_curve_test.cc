#include "decant/report/facts/objective_curve.h"

#include <gtest/gtest.h>
#include <numeric>

namespace decant::report {
namespace {

TEST(ObjectiveCurve, ShowsFewStepsOneByOne) {
  const std::vector<float> values = {4, 2, 3};
  const Curve curve = curve_of(values, 400);
  ASSERT_EQ(curve.points.size(), 3u);
  EXPECT_EQ(curve.points[1].mean, 2);
  EXPECT_EQ(curve.points[2].first, 2);
  EXPECT_EQ(curve.share(4), 1);
  EXPECT_EQ(curve.share(3), 0.5);
  EXPECT_FALSE(curve.logarithmic);
}

TEST(ObjectiveCurve, JoinsManySteps) {
  std::vector<float> values(1001);
  std::iota(values.begin(), values.end(), 0.0F);
  const Curve curve = curve_of(values, 400);
  ASSERT_EQ(curve.points.size(), 334u);
  EXPECT_EQ(curve.points[1].least, 3);
  EXPECT_EQ(curve.points[1].mean, 4);
  EXPECT_EQ(curve.points[1].most, 5);
  EXPECT_EQ(curve.points.back().first, 999);
  EXPECT_EQ(curve.points.back().last, 1000);
}

TEST(ObjectiveCurve, IsLogarithmicOverOrdersAboveZeroAlone) {
  EXPECT_TRUE(curve_of(std::vector<float>{1000, 10, 1}, 9).logarithmic);
  EXPECT_NEAR(curve_of(std::vector<float>{1000, 10, 1}, 9).share(10), 1.0 / 3, 1e-6);
  EXPECT_FALSE(curve_of(std::vector<float>{1000, 10, -1}, 9).logarithmic);
  EXPECT_FALSE(curve_of(std::vector<float>{20, 10, 1}, 9).logarithmic);
  EXPECT_EQ(curve_of(std::vector<float>{5, 5}, 9).share(5), 0.5);
  EXPECT_TRUE(curve_of({}, 9).points.empty());
}

}  // namespace
}  // namespace decant::report
