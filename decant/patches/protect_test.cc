// Cells that must stay, against a plain count: which cell does each pixel of an object lie in?
#include "decant/patches/protect.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/random.h"
#include "decant/data/runs.h"
#include "decant/data/upright.h"

namespace decant::patches {
namespace {

using testing::ElementsAre;

struct GridOfTest {
  int width, height;
  std::vector<PatchRect> cells;

  explicit GridOfTest(Random& random) {
    const PatchUnit unit{1 + static_cast<int>(random.below(3)), 1 + static_cast<int>(random.below(3))};
    const PatchGrid grid(1 + static_cast<int>(random.below(40)), 1 + static_cast<int>(random.below(30)), unit,
                         1 + static_cast<int>(random.below(7)));
    const int orientation = 1 + static_cast<int>(random.below(8));
    cells = cells_turned(grid, orientation);
    width = orientation < 5 ? grid.width() : grid.height();
    height = orientation < 5 ? grid.height() : grid.width();
  }

  /// The only cell that a pixel is in.
  size_t cell_of(int x, int y) const {
    std::vector<size_t> found;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (x >= cells[i].left && x < cells[i].right && y >= cells[i].top && y < cells[i].bottom) found.push_back(i);
    }
    EXPECT_EQ(found.size(), 1u) << x << " " << y;
    return found.front();
  }

  /// `inside(x, y)` of every pixel.
  template <class Inside>
  std::vector<double> counted(Inside&& inside) const {
    std::vector<double> areas(cells.size(), 0);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (inside(x, y)) ++areas[cell_of(x, y)];
      }
    }
    return areas;
  }
};

/// A box of whole pixels, which may leave the picture and may be turned inside out.
Box random_box(const GridOfTest& grid, Random& random) {
  const auto edge = [&](int side) {
    return static_cast<double>(random.below(static_cast<uint64_t>(2 * side))) - side / 2.0 - 0.5 * (side % 2);
  };
  return {std::floor(edge(grid.width)), std::floor(edge(grid.height)), std::floor(edge(grid.width)), std::floor(edge(grid.height))};
}

TEST(AreasInCells, OfBoxesAreTheirPixels) {
  Random random(1, "boxes");
  for (int round = 0; round < 300; ++round) {
    const GridOfTest grid(random);
    const Box box = random_box(grid, random);
    EXPECT_EQ(areas_in_cells(grid.cells, box),
              grid.counted([&](int x, int y) { return x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1; }));
  }
}

TEST(AreasInCells, OfBoxesCountPartsOfPixels) {
  const std::vector<PatchRect> cells = {{0, 0, 4, 4}, {4, 0, 8, 4}};
  EXPECT_THAT(areas_in_cells(cells, Box{3.5, 1, 4.25, 2}), ElementsAre(0.5, 0.25));
  EXPECT_THAT(areas_in_cells(cells, Box{-10, -10, 100, 100}), ElementsAre(16, 16)) << "inside the picture";
  EXPECT_THAT(areas_in_cells(cells, Box{4, 0, 4, 4}), ElementsAre(0, 0)) << "of width 0";
  EXPECT_THAT(areas_in_cells(cells, Box{-1e300, 0, 1e300, 1}), ElementsAre(4, 4));
}

TEST(AreasInCells, OfRunsAreTheirPixels) {
  Random random(2, "runs");
  for (int round = 0; round < 300; ++round) {
    const GridOfTest grid(random);
    const int64_t pixels = int64_t{grid.width} * grid.height;
    std::vector<bool> inside;  // column by column
    while (std::ssize(inside) < pixels)
      inside.resize(inside.size() + random.below(2 * static_cast<uint64_t>(grid.height)), random.below(2) == 1);
    inside.resize(static_cast<size_t>(pixels));
    Runs runs = {0};
    for (int64_t i = 0, was = 0; i < pixels; ++i) {
      const bool now = inside[static_cast<size_t>(i)];
      if (now != (was == 1)) runs.push_back(0), was = now ? 1 : 0;
      ++runs.back();
    }
    ASSERT_TRUE(cover(runs, grid.height, grid.width));
    EXPECT_EQ(areas_in_cells(grid.cells, runs, grid.height), grid.counted([&](int x, int y) {
      return inside[static_cast<size_t>(x) * static_cast<size_t>(grid.height) + static_cast<size_t>(y)];
    }));
  }
}

std::vector<bool> held_by(const std::vector<double>& areas, double share) {
  std::vector<bool> held(areas.size(), false);
  hold_object(areas, share, held);
  return held;
}

TEST(HoldObject, KeepsCellsThatHoldMoreThanAShareOfIt) {
  const std::vector<double> areas = {0, 1, 3, 4};
  EXPECT_THAT(held_by(areas, 0), ElementsAre(false, true, true, true)) << "any part of it";
  EXPECT_THAT(held_by(areas, 0.125), ElementsAre(false, false, true, true)) << "an eighth is not more than an eighth";
  EXPECT_THAT(held_by(areas, 0.4), ElementsAre(false, false, false, true));
  EXPECT_THAT(held_by(areas, 1), ElementsAre(false, false, false, false));
  EXPECT_THAT(held_by({0, 0}, 0), ElementsAre(false, false)) << "an object outside the picture holds no cell";
  EXPECT_THAT(held_by({0, 5}, 0.99), ElementsAre(false, true)) << "all of it";
}

TEST(HoldClasses, KeepsCellsWithAPixelOfThem) {
  Random random(3, "classes");
  for (int round = 0; round < 200; ++round) {
    const GridOfTest grid(random);
    ClassMask mask{.width = grid.width, .height = grid.height};
    for (int i = 0; i < grid.width * grid.height; ++i)
      mask.labels.push_back(random.below(9) > 0 ? 0 : static_cast<int32_t>(random.below(4)) - 1);
    const std::vector<bool> wanted = {false, random.below(2) == 0, true};
    const std::vector<double> pixels = grid.counted([&](int x, int y) {
      const int32_t label = mask.labels[static_cast<size_t>(y) * static_cast<size_t>(grid.width) + static_cast<size_t>(x)];
      return label != kNoLabel && wanted[static_cast<size_t>(label)];
    });
    std::vector<bool> held(grid.cells.size(), false);
    held[0] = true;
    hold_classes(grid.cells, mask, wanted, held);
    for (size_t cell = 0; cell < held.size(); ++cell) EXPECT_EQ(held[cell], cell == 0 || pixels[cell] > 0);
  }
}

}  // namespace
}  // namespace decant::patches
