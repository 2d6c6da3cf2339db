#include "decant/kernels/resize.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant {
namespace {

using Pixels = std::vector<uint8_t>;

struct Shape {
  int width, height, channels;
  size_t bytes() const { return static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(channels); }
};

Pixels resize(const Pixels& in, Shape from, int out_width, int out_height) {
  Pixels out(Shape{out_width, out_height, from.channels}.bytes());
  resize_bilinear(in.data(), from.width, from.height, from.channels, out.data(), out_width, out_height);
  return out;
}

Pixels noise(Shape shape) {
  Pixels pixels(shape.bytes());
  Random random(7, "pixels", pixels.size());
  for (uint8_t& p : pixels) p = static_cast<uint8_t>(random.below(256));
  return pixels;
}

TEST(Resize, ConstantStaysConstant) {
  for (const int value : {0, 1, 127, 254, 255}) {
    for (const auto& [w, h] : {std::pair{1, 1}, {3, 5}, {32, 32}, {7, 64}}) {
      const Pixels out = resize(Pixels(37 * 23 * 3, static_cast<uint8_t>(value)), {37, 23, 3}, w, h);
      EXPECT_THAT(out, testing::Each(testing::Eq(value))) << w << "x" << h;
    }
  }
}

TEST(Resize, SameSizeCopies) {
  const Pixels in = noise({13, 9, 3});
  EXPECT_EQ(resize(in, {13, 9, 3}, 13, 9), in);
}

// By hand. Scale 2, output 0: centre 1, triangle of half-width 2 on pixels 0, 1, 2 (centres ½, 1½,
// 2½): weights ¾ ¾ ¼ over 1¾.
TEST(Resize, HalvesARowAsOnPaper) {
  EXPECT_THAT(resize({0, 70, 140, 210}, {4, 1, 1}, 2, 1), testing::ElementsAre(50, 160));
}

// Centres 0, ½, 1, 1½ of the source, clamped by renormalising: the ends repeat, between them ¾:¼
// and ¼:¾.
TEST(Resize, DoublesARowAsOnPaper) {
  EXPECT_THAT(resize({0, 100}, {2, 1, 1}, 4, 1), testing::ElementsAre(0, 25, 75, 100));
}

TEST(Resize, RowsAndColumnsAreTreatedAlike) {
  EXPECT_THAT(resize({0, 70, 140, 210}, {1, 4, 1}, 1, 2), testing::ElementsAre(50, 160));
}

TEST(Resize, ChannelsDoNotMix) {
  const Pixels in = noise({19, 11, 3});
  const Pixels out = resize(in, {19, 11, 3}, 8, 8);
  for (size_t c = 0; c < 3; ++c) {
    Pixels plane, expected;
    for (size_t i = c; i < in.size(); i += 3) plane.push_back(in[i]);
    for (size_t i = c; i < out.size(); i += 3) expected.push_back(out[i]);
    EXPECT_EQ(resize(plane, {19, 11, 1}, 8, 8), expected);
  }
}

TEST(Resize, StaysWithinOneOfTheFormula) {
  for (const int channels : {1, 3}) {
    for (const auto& [w, h, ow, oh] : std::vector<std::array<int, 4>>{
             {1, 1, 5, 7}, {2, 3, 1, 1}, {31, 17, 32, 32}, {97, 61, 32, 32}, {50, 40, 7, 33}, {8, 8, 8, 3}, {6, 9, 41, 9}}) {
      const Pixels in = noise({w, h, channels});
      const Pixels out = resize(in, {w, h, channels}, ow, oh);
      Pixels expected(out.size());
      reference::resize_bilinear(in.data(), w, h, channels, expected.data(), ow, oh);
      int worst = 0;
      for (size_t i = 0; i < out.size(); ++i) worst = std::max(worst, std::abs(out[i] - expected[i]));
      EXPECT_LE(worst, 1) << w << "x" << h << " to " << ow << "x" << oh;
    }
  }
}

TEST(Resize, RefusesWhatIsNoPicture) {
  uint8_t in[4] = {}, out[4] = {};
  EXPECT_THROW(resize_bilinear(in, 0, 1, 1, out, 1, 1), BugError);
  EXPECT_THROW(resize_bilinear(in, 2, 2, 1, out, 2, 0), BugError);
  EXPECT_THROW(resize_bilinear(in, 1, 1, 2, out, 1, 1), BugError);
}

}  // namespace
}  // namespace decant
