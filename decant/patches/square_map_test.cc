#include "decant/patches/square_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/kernels/resize.h"

namespace decant::patches {
namespace {

using ::testing::Each;
using ::testing::FloatNear;

std::vector<float> spread(const Matrix<float>& seen, ImageSize picture, int side) {
  std::vector<float> out(static_cast<size_t>(side * side));
  spread_square(seen.view(), picture, side, out);
  return out;
}

Matrix<float> of_bytes(const std::vector<uint8_t>& values, int rows, int columns) {
  Matrix<float> result(rows, columns);
  std::ranges::copy(values, result.data());
  return result;
}

// Of a square picture, maps are enlarged and shrunk as pictures are.
TEST(SquareMap, OfASquarePictureIsResized) {
  Random random(1, "maps");
  for (const auto& [n, side] : {std::pair{7, 14}, {4, 8}, {28, 14}, {16, 14}, {1, 8}, {8, 8}}) {
    std::vector<uint8_t> values(static_cast<size_t>(n * n));
    for (uint8_t& value : values) value = static_cast<uint8_t>(random.below(256));
    std::vector<uint8_t> resized(static_cast<size_t>(side * side));
    reference::resize_bilinear(values.data(), n, n, 1, resized.data(), side, side);
    const std::vector<float> map = spread(of_bytes(values, n, n), {500, 500, 3}, side);
    for (size_t i = 0; i < map.size(); ++i) EXPECT_NEAR(map[i], resized[i], 0.51) << n << " to " << side;
  }
}

TEST(SquareMap, OfAWidePictureCountsWhatTheNetworkSaw) {
  Matrix<float> ones(7, 7);
  std::fill_n(ones.data(), 49, 1.0F);
  const std::vector<float> wide = spread(ones, {200, 100, 3}, 14);  // the square is 3.5 … 10.5 of 14 cells
  const std::vector<float> high = spread(ones, {100, 200, 3}, 14);
  for (size_t r = 0; r < 14; ++r) {
    for (size_t c = 0; c < 14; ++c) {
      const float expected = c < 3 || c > 10 ? 0.0F : c == 3 || c == 10 ? 0.5F : 1.0F;
      EXPECT_NEAR(wide[r * 14 + c], expected, 1e-6);
      EXPECT_EQ(high[c * 14 + r], wide[r * 14 + c]);
    }
  }
}

// A value in one corner of what the network saw stays in that corner of the square.
TEST(SquareMap, PlacesValuesWhereTheyWereSeen) {
  Matrix<float> seen(8, 8);
  seen[0][7] = 1;
  const std::vector<float> map = spread(seen, {64, 32, 3}, 8);  // the square is columns 2 … 5
  const auto largest = std::ranges::max_element(map) - map.begin();
  EXPECT_EQ(largest, 5);
  EXPECT_GT(map[5], 0.2F);
}

TEST(SquareMap, OddPixelsAreCutAsPicturesAre) {
  const SquareAxis axis(5, 2, 5);  // fit_picture cuts pixels 1 and 2
  EXPECT_EQ(axis.part(0).share, 0);
  EXPECT_EQ(axis.part(1).share, 1);
  EXPECT_EQ(axis.part(2).begin, 0.5);
  EXPECT_EQ(axis.part(3).share, 0);
}

}  // namespace
}  // namespace decant::patches
