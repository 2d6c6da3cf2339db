#include "decant/report/facts/nearest_kept.h"

#include <gtest/gtest.h>

namespace decant::report {
namespace {

TEST(NearestKept, IsTheRowOfTheLargestCosine) {
  Matrix<float> x(6, 2);
  const float values[6][2] = {{1, 0}, {0, 2}, {5, 5}, {0, 0}, {3, 0}, {-1, 0}};
  for (int64_t row = 0; row < 6; ++row) std::copy_n(values[row], 2, x[row].begin());
  const Features features(x.view(), nullptr);
  const std::vector<int64_t> kept = {0, 1, 4};
  const auto nearest = nearest_kept(features, kept, std::vector<int64_t>{2, 3, 5}, {});
  EXPECT_EQ(nearest[0].row, 0) << "the smaller row on a tie";
  EXPECT_NEAR(nearest[0].cosine, 0.7071, 1e-4);
  EXPECT_EQ(nearest[1].row, 0);
  EXPECT_EQ(nearest[1].cosine, 0) << "a zero row";
  EXPECT_EQ(nearest[2].row, 1);
  EXPECT_EQ(nearest_kept(features, {}, std::vector<int64_t>{2}, {})[0].row, -1);
}

}  // namespace
}  // namespace decant::report
