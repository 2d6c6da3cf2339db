#include "decant/report/cards/made_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::report {
namespace {

TEST(MadeGrid, ShowsAllOfAFewAndSomeOfMany) {
  const auto room = [](int classes, int across, ImageSize size) {
    const MadeGrid grid = room_for_made(classes, across, size);
    return std::pair(grid.classes, grid.across);
  };
  EXPECT_EQ(room(10, 10, {28, 28, 1}), std::pair(10, 10));
  EXPECT_EQ(room(100, 10, {32, 32, 3}), std::pair(100, 2));
  EXPECT_EQ(room(10, 10, {64, 64, 3}), std::pair(10, 5));
  EXPECT_EQ(room(1000, 1, {32, 32, 3}), std::pair(200, 1));
  EXPECT_EQ(room(10, 1, {4096, 4096, 3}), std::pair(10, 1));
  EXPECT_EQ(room(0, 0, {32, 32, 3}).first, 0);
}

TEST(MadeGrid, KeepsSmallPicturesExactly) {
  Image image;
  image.resize({32, 32, 3});
  EXPECT_THAT(made_picture(image).source, testing::StartsWith("data:image/png;base64,"));
  image.resize({128, 128, 3});
  const MadePicture large = made_picture(image);
  EXPECT_THAT(large.source, testing::StartsWith("data:image/jpeg;base64,"));
  EXPECT_EQ(large.size.width, 64);
}

}  // namespace
}  // namespace decant::report
