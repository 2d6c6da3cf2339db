#include "decant/kernels/distance.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant {
namespace {

TEST(Distance, IsTheSumOfSquaresForEveryLength) {
  Random random(3, "distance");
  for (size_t length = 0; length <= 70; ++length) {
    std::vector<float> x(length);
    std::vector<float> y(length);
    for (float& value : x) value = static_cast<float>(random.normal());
    for (float& value : y) value = static_cast<float>(random.normal());
    double sum = 0;
    for (size_t k = 0; k < length; ++k) sum += std::pow(static_cast<double>(x[k]) - static_cast<double>(y[k]), 2);
    const std::vector<double> wide(y.begin(), y.end());
    EXPECT_NEAR(squared_distance(x, y), sum, 1e-13 * (1 + sum)) << length;
    EXPECT_EQ(squared_distance(x, y), squared_distance(y, x)) << length;
    EXPECT_EQ(squared_distance(x, y), squared_distance(x, wide)) << length;
    EXPECT_EQ(squared_distance(x, x), 0) << length;
  }
}

TEST(Distance, LosesNothingToALargeCommonMean) {
  const std::vector<float> x = {16777215, 3};
  const std::vector<float> y = {16777214, 3};
  EXPECT_EQ(squared_distance(x, y), 1);
  EXPECT_EQ(squared_distance(std::vector<float>{3e38F}, std::vector<float>{-3e38F}), std::pow(2 * static_cast<double>(3e38F), 2));
}

TEST(Distance, WantsEqualLengths) {
  EXPECT_THROW(squared_distance(std::vector<float>{1}, std::vector<float>{1, 2}), BugError);
}

}  // namespace
}  // namespace decant
