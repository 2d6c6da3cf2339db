#include "decant/data/rotated_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/memory_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(RotatedRows, AreTurnedCounterclockwise) {
  Image picture;
  picture.resize({3, 2, 1});
  picture.pixels = {1, 2, 3, 4, 5, 6};
  const RotatedRows rows(std::make_shared<MemoryRows>(std::vector<Image>{picture, picture}, std::vector<int32_t>{7, 8}));
  EXPECT_EQ(rows.size(), 8);
  EXPECT_EQ(rows.key(6), "1@180");
  EXPECT_EQ(static_cast<const Rows&>(rows).label(6), 2);
  Image turned;
  rows.pictures()->decode(4, turned);
  EXPECT_THAT(turned.pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  rows.pictures()->decode(5, turned);
  EXPECT_EQ(turned.size, (ImageSize{2, 3, 1}));
  EXPECT_THAT(turned.pixels, ElementsAre(3, 6, 2, 5, 1, 4));
  rows.pictures()->decode(6, turned);
  EXPECT_THAT(turned.pixels, ElementsAre(6, 5, 4, 3, 2, 1));
  rows.pictures()->decode(7, turned);
  EXPECT_THAT(turned.pixels, ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(RotatedRows::of({1}), ElementsAre(4, 5, 6, 7));
}

TEST(RotatedRows, FourQuartersAreNone) {
  Image picture, once, again;
  picture.resize({5, 4, 3});
  for (size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = static_cast<uint8_t>(7 * i);
  turn(picture.view(), 1, once);
  turn(once.view(), 3, again);
  EXPECT_EQ(again.pixels, picture.pixels);
  turn(once.view(), 1, again);
  turn(picture.view(), 2, once);
  EXPECT_EQ(again.pixels, once.pixels);
}

}  // namespace
}  // namespace decant
