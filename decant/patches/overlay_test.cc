#include "decant/patches/overlay.h"

#include <gtest/gtest.h>

#include "decant/base/random.h"

namespace decant::patches {
namespace {

Image shade(ImageSize size, uint8_t value) {
  Image image;
  image.resize(size);
  std::ranges::fill(image.pixels, value);
  return image;
}

TEST(Overlay, BrightensWithImportance) {
  int last = -1;
  for (const float value : {0.0F, 0.3F, 1.0F, 3.0F, 1e9F}) {
    const MapColour colour = map_colour(value);
    EXPECT_GT(colour.red + colour.green + colour.blue, last);
    last = colour.red + colour.green + colour.blue;
  }
  EXPECT_EQ(map_colour(1).red, 188);  // the mean is the middle
}

TEST(Overlay, ShowsPictureAndMapSideBySide) {
  const std::vector<float> map = {0, 0, 0, 4};
  const Image both = map_beside_picture(shade({32, 16, 1}, 90), map, 2);
  EXPECT_EQ(both.size, (ImageSize{2 * 224 + 4, 112, 3}));
  const auto at = [&](int x, int y) { return both.view().row(y) + 3 * x; };
  EXPECT_EQ(at(0, 0)[0], 90);
  EXPECT_EQ(at(223, 111)[2], 90);
  EXPECT_EQ(at(225, 50)[1], 255);  // the gap
  EXPECT_EQ(at(228, 0)[0], 45);    // black over the grey
  EXPECT_EQ(at(228 + 223, 111)[0], (90 + map_colour(4).red) / 2);
  EXPECT_EQ(map_beside_picture(shade({2000, 1000, 3}, 90), map, 2).size, (ImageSize{2 * 512 + 4, 256, 3}));
}

}  // namespace
}  // namespace decant::patches
