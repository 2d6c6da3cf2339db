#include "decant/kernels/shrink_area.h"

#include <gtest/gtest.h>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

/// Noise, with rows `spare` bytes apart.
std::vector<uint8_t> noisy_block(int width, int height, int channels, int spare, uint64_t index) {
  std::vector<uint8_t> pixels(static_cast<size_t>(height) * static_cast<size_t>(width * channels + spare));
  Random random(3, "shrink_area", index);
  for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(random.below(256));
  return pixels;
}

TEST(ShrinkArea, IsTheReferenceToTheByte) {
  uint64_t index = 0;
  for (const int channels : {1, 3}) {
    for (const auto& [width, height, out_width, out_height] : std::vector<std::array<int, 4>>{{1, 1, 1, 1},
                                                                                              {7, 5, 7, 5},
                                                                                              {7, 5, 3, 2},
                                                                                              {64, 48, 32, 24},
                                                                                              {37, 23, 36, 22},
                                                                                              {50, 3, 1, 3},
                                                                                              {33, 40, 33, 7},
                                                                                              {90, 61, 11, 1}}) {
      const int spare = static_cast<int>(index % 4);
      const std::vector<uint8_t> pixels = noisy_block(width, height, channels, spare, ++index);
      const PixelBlock in{pixels.data(), int64_t{width} * channels + spare, width, height, channels};
      const int64_t stride = int64_t{out_width} * channels + 2;
      std::vector<uint8_t> ours(static_cast<size_t>(out_height * stride), 9);
      std::vector<uint8_t> expected = ours;
      shrink_area(in, ours.data(), stride, out_width, out_height);
      reference::shrink_area(in, expected.data(), stride, out_width, out_height);
      EXPECT_EQ(ours, expected) << width << " x " << height << " to " << out_width << " x " << out_height;
    }
  }
}

TEST(ShrinkArea, HalvesAreMeansOfFourRoundedUp) {
  const std::vector<uint8_t> pixels = {0, 1, 255, 255, 1, 0, 255, 255};
  std::vector<uint8_t> out(2);
  shrink_area({pixels.data(), 4, 4, 2, 1}, out.data(), 2, 2, 1);
  EXPECT_EQ(out, (std::vector<uint8_t>{1, 255})) << "2 / 4 rounds up, and white stays white";
}

TEST(ShrinkArea, PixelsCountByTheShareThatLiesInside) {
  const std::vector<uint8_t> pixels = {0, 90, 240};
  std::vector<uint8_t> out(2);
  shrink_area({pixels.data(), 3, 3, 1, 1}, out.data(), 2, 2, 1);
  EXPECT_EQ(out, (std::vector<uint8_t>{30, 190})) << "(0 + 90 / 2) / 1.5 and (90 / 2 + 240) / 1.5";
}

}  // namespace
}  // namespace decant
