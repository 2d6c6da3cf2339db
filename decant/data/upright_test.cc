// Pictures turned as EXIF says.
#include "decant/data/upright.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

namespace decant {
namespace {

/// A picture of one channel, its lines from top to bottom.
Image picture(const std::vector<std::string>& lines) {
  Image image;
  image.resize({static_cast<int>(lines.front().size()), static_cast<int>(lines.size()), 1});
  for (size_t y = 0; y < lines.size(); ++y) std::copy(lines[y].begin(), lines[y].end(), image.row(static_cast<int>(y)));
  return image;
}

std::vector<std::string> lines_of(Image image) {
  std::vector<std::string> lines;
  for (int y = 0; y < image.size.height; ++y) lines.emplace_back(image.row(y), image.row(y) + image.size.width);
  return lines;
}

// An F that lies on its side as it is stored, and what a viewer makes of it.
TEST(TurnUpright, MakesOfEveryOrientationWhatAViewerShows) {
  const std::map<int, std::vector<std::string>> shown = {
      {1, {"abc", "def"}},     {2, {"cba", "fed"}},     {3, {"fed", "cba"}},     {4, {"def", "abc"}},
      {5, {"ad", "be", "cf"}}, {6, {"da", "eb", "fc"}}, {7, {"fc", "eb", "da"}}, {8, {"cf", "be", "ad"}},
  };
  for (const auto& [orientation, lines] : shown) {
    Image image = picture({"abc", "def"});
    turn_upright(image, orientation);
    EXPECT_EQ(lines_of(image), lines) << "orientation " << orientation;
  }
}

TEST(TurnUpright, KeepsThePixelsOfColoursTogether) {
  Image image;
  image.resize({2, 1, 3});
  image.pixels = {1, 2, 3, 4, 5, 6};
  turn_upright(image, 6);
  EXPECT_EQ(image.size, (ImageSize{1, 2, 3}));
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
  turn_upright(image, 3);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{4, 5, 6, 1, 2, 3}));
}

/// A picture in which every pixel says which cell it lies in, turned, against the turned cells.
TEST(CellsTurned, LieWhereTheirPixelsGo) {
  const PatchGrid grid(23, 14, {4, 3}, 4, 3);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image image;
    image.resize({grid.width(), grid.height(), 1});
    for (int cell = 0; cell < grid.count(); ++cell) {
      const PatchRect rect = grid.pixels(cell);
      for (int y = rect.top; y < rect.bottom; ++y)
        std::fill(image.row(y) + rect.left, image.row(y) + rect.right, static_cast<uint8_t>(cell));
    }
    turn_upright(image, orientation);
    PatchMask mask = PatchMask::whole(grid);
    for (int cell = 0; cell < grid.count(); cell += 2) mask.kept[static_cast<size_t>(cell)] = false;
    const std::vector<PatchRect> cells = cells_turned(grid, orientation), dropped = dropped_turned(mask, orientation);
    ASSERT_EQ(cells.size(), static_cast<size_t>(grid.count()));
    ASSERT_EQ(dropped.size(), static_cast<size_t>(mask.dropped_count()));
    int covered = 0;
    for (size_t cell = 0; cell < cells.size(); ++cell) {
      const PatchRect& rect = cells[cell];
      if (cell % 2 == 0) {
        EXPECT_EQ(dropped[cell / 2], rect);
      }
      covered += rect.width() * rect.height();
      for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) ASSERT_EQ(image.row(y)[x], cell) << orientation << ": " << x << " " << y;
      }
    }
    EXPECT_EQ(covered, grid.width() * grid.height());
  }
}

}  // namespace
}  // namespace decant
