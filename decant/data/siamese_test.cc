#include "decant/data/siamese.h"

#include <cmath>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/test_support.h"

namespace decant {
namespace {

constexpr ImageSize kSize{32, 28, 3};  // width, height

TEST(SiameseOptions, AreNamed) {
  using enum SiameseOperation;
  EXPECT_EQ(siamese_named("crop_flip").operations, (std::vector{crop, flip}));
  EXPECT_FALSE(siamese_named("crop_flip").all);
  EXPECT_TRUE(siamese_named("all:color").all);
  SiameseOptions all = siamese_named("dsa");
  EXPECT_EQ(all.operations, (std::vector{color, crop, cutout, flip, scale, rotate}));
  all.remove(flip);
  EXPECT_EQ(all.operations, (std::vector{color, crop, cutout, scale, rotate}));
}

TEST(SiameseOptions, TakeStrengths) {
  const SiameseOptions options = siamese_named("each:crop=0.143_scale=1.25_rotate=45");
  EXPECT_TRUE(options.each);
  EXPECT_FALSE(options.all);
  EXPECT_EQ(options.operations, (std::vector{SiameseOperation::crop, SiameseOperation::scale, SiameseOperation::rotate}));
  EXPECT_EQ(options.crop, 0.143);
  EXPECT_EQ(options.scale, 1.25);
  EXPECT_EQ(options.rotate, 45);
  EXPECT_EQ(options.cutout, SiameseOptions().cutout);
  expect_says(message_of([] { siamese_named("color=2"); }), {"'color=2'", "color has no one strength"});
  expect_says(message_of([] { siamese_named("scale=0.5_crop"); }), {"'scale=0.5' in 'scale=0.5_crop' is not a strength", "from 1 to 10"});
  expect_says(message_of([] { siamese_named("crop=2"); }), {"Give crop a number from 0 to 1"});
  EXPECT_EQ(siamese_named("crop=25%").crop, 0.25);
  expect_says(message_of([] { siamese_named("rotate=45%"); }), {"'rotate=45%' in 'rotate=45%' is not a strength", "from 0 to 180"});
  expect_says(message_of([] { siamese_named("rotate="); }), {"'rotate=' in 'rotate=' is not a strength"});
  expect_says(message_of([] { siamese_named("crop=0.1_crop=0.2"); }), {"names crop twice"});
}

TEST(SiameseOptions, RefuseOtherNames) {
  expect_says(message_of([] { siamese_named("color_crob"); }), {"unknown operation 'crob' in 'color_crob'", "did you mean 'crop'?"});
  expect_says(message_of([] { siamese_named("crop_crop"); }), {"names crop twice"});
  expect_says(message_of([] { siamese_named(""); }), {"unknown operation ''"});
  expect_says(message_of([] { siamese_named("color_"); }), {"unknown operation ''"});
}

TEST(SiameseDraw, RepeatsAndTakesOneOperationOrAll) {
  const SiameseOptions options = siamese_named("dsa");
  std::set<SiameseOperation> seen;
  for (uint64_t i = 0; i < 200; ++i) {
    const SiameseDraw draw = draw_siamese(options, kSize, Random(1, "draw", i));
    ASSERT_EQ(draw.operations.size(), 1U);
    EXPECT_EQ(draw.operations, draw_siamese(options, kSize, Random(1, "draw", i)).operations);
    seen.insert(draw.operations[0]);
  }
  EXPECT_EQ(seen.size(), 6U);
  EXPECT_EQ(draw_siamese(siamese_named("all:dsa"), kSize, Random(1)).operations.size(), 6U);
  EXPECT_TRUE(draw_siamese(SiameseOptions{}, kSize, Random(1)).operations.empty());
}

/// Of crop, scale and rotate each picture has one, about a third of them each; the others change
/// nothing.
TEST(SiameseDraw, TakesAnOperationForEachPicture) {
  const SiameseDraw draw = draw_siamese(siamese_named("each:crop_scale_rotate"), kSize, Random(3), 3000);
  EXPECT_EQ(draw.operations.size(), 3U);
  int moved = 0;
  int scaled = 0;
  int turned = 0;
  for (const SiameseParameters& picture : draw.pictures) {
    const bool moves = picture.dy != 0 || picture.dx != 0;
    const bool scales = picture.scale_y != 1;
    const bool turns = picture.angle != 0;
    EXPECT_LE(int{moves} + int{scales} + int{turns}, 1);
    moved += moves ? 1 : 0;
    scaled += scales ? 1 : 0;
    turned += turns ? 1 : 0;
  }
  EXPECT_NEAR(moved, 1000 * 80 / 81.0, 100);  // one of 9 · 9 shifts is none
  EXPECT_NEAR(scaled, 1000, 100);
  EXPECT_NEAR(turned, 1000, 100);
}

/// The range of a field over many draws, each picture its own.
template <class Field>
std::pair<double, double> range_of(const SiameseDraw& draw, Field field) {
  std::pair<double, double> range{1e9, -1e9};
  for (const SiameseParameters& picture : draw.pictures) {
    range.first = std::min(range.first, double(picture.*field));
    range.second = std::max(range.second, double(picture.*field));
  }
  return range;
}

void expect_range(std::pair<double, double> range, double low, double high, double slack) {
  EXPECT_GE(range.first, low);
  EXPECT_LE(range.first, low + slack);
  EXPECT_LE(range.second, high);
  EXPECT_GE(range.second, high - slack);
}

TEST(SiameseDraw, KeepsToThePublishedRanges) {
  const SiameseDraw draw = draw_siamese(siamese_named("all:dsa"), kSize, Random(5), 5000);
  expect_range(range_of(draw, &SiameseParameters::brightness), -0.5, 0.5, 0.01);
  expect_range(range_of(draw, &SiameseParameters::saturation), 0, 2, 0.01);
  expect_range(range_of(draw, &SiameseParameters::contrast), 0.5, 1.5, 0.01);
  expect_range(range_of(draw, &SiameseParameters::dy), -4, 4, 0);  // 28 / 8 = 3.5, rounded up
  expect_range(range_of(draw, &SiameseParameters::dx), -4, 4, 0);
  expect_range(range_of(draw, &SiameseParameters::scale_y), 1 / 1.2, 1.2, 0.01);
  expect_range(range_of(draw, &SiameseParameters::angle), -0.2618, 0.2618, 0.01);  // 15 degrees
  expect_range(range_of(draw, &SiameseParameters::top), 0, 21, 0);                 // centres 0 … 28 of 14 lines
  expect_range(range_of(draw, &SiameseParameters::bottom), 7, 28, 0);
  expect_range(range_of(draw, &SiameseParameters::right), 8, 32, 0);
  int mirrored = 0;
  for (const SiameseParameters& picture : draw.pictures) mirrored += picture.mirror ? 1 : 0;
  EXPECT_NEAR(mirrored, 2500, 150);
}

}  // namespace
}  // namespace decant
