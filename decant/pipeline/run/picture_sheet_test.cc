#include "decant/pipeline/run/picture_sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/pipeline/run/synthetic_for_tests.h"

namespace decant {
namespace {

TEST(PictureSheet, IsReadAsItWasWritten) {
  for (const ImageSize size : {ImageSize{28, 28, 1}, {5, 5, 3}, {70, 70, 3}}) {
    const distill::SyntheticSet set = made_up(3, 4, size).set;
    const auto file = fresh_path("sheet.png");
    write_sheet(set, 3, file);
    const PictureSheet sheet = read_sheet(file, size);
    ASSERT_EQ(sheet.classes, 3);
    ASSERT_EQ(sheet.across, 3);
    Image expected;
    for (int label = 0; label < 3; ++label) {
      for (int i = 0; i < 3; ++i) {
        draw_picture(set, 4 * label + i, expected);
        EXPECT_EQ(sheet.pictures[static_cast<size_t>(3 * label + i)].pixels, expected.pixels);
      }
    }
  }
}

TEST(PictureSheet, OfAnotherSizeOrNoneIsRefused) {
  const auto file = fresh_path("sheet.png");
  write_sheet(made_up(3, 4, {28, 28, 1}).set, 3, file);
  for (const ImageSize size : {ImageSize{28, 28, 3}, {32, 32, 1}, {27, 28, 1}})
    EXPECT_THAT(message_of([&] { read_sheet(file, size); }), testing::HasSubstr("is no sheet of pictures of"));
  write_file(file, "no picture");
  EXPECT_THAT(message_of([&] { read_sheet(file, {28, 28, 1}); }), testing::HasSubstr("sheet.png"));
}

TEST(PictureSheet, RoundsAndCutsOff) {
  distill::SyntheticSet set = made_up(1, 1, {2, 2, 1}).set;
  set.pixels = {-3, 0.501F / 255, 254.6F / 255, 7};
  Image image;
  draw_picture(set, 0, image);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{0, 1, 255, 255}));
}

}  // namespace
}  // namespace decant
