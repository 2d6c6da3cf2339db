#include "decant/data/patch_grid.h"

#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/data/patch_mask.h"

namespace decant {
namespace {

TEST(PatchGrid, CutsASideIntoCellsThatDifferByOneUnit) {
  const PatchGrid grid(224, 100, {16, 8}, 5);  // 14 × 13 units
  EXPECT_EQ(grid.columns(), 5);
  EXPECT_EQ(grid.rows(), 5);
  EXPECT_EQ(grid.units(0), (PatchRect{0, 0, 2, 2}));
  EXPECT_EQ(grid.units(24), (PatchRect{11, 10, 14, 13}));
  EXPECT_EQ(grid.pixels(24), (PatchRect{176, 80, 224, 100})) << "the last unit is cut off at the picture's edge";
}

TEST(PatchGrid, HasNoMoreCellsThanUnits) {
  const PatchGrid grid(30, 1, {16, 16}, 14);
  EXPECT_EQ(grid.columns(), 2);
  EXPECT_EQ(grid.rows(), 1);
  EXPECT_EQ(grid.pixels(1), (PatchRect{16, 0, 30, 1}));
}

TEST(PatchGrid, EveryUnitAndEveryPixelLiesInOneCell) {
  Random random(7, "grids");
  for (int trial = 0; trial < 200; ++trial) {
    const auto draw = [&](uint64_t most) { return static_cast<int>(1 + random.below(most)); };
    const PatchGrid grid(draw(70), draw(70), {draw(17), draw(17)}, draw(20));
    std::vector<int> pixels(static_cast<size_t>(grid.width() * grid.height()));
    for (int cell = 0; cell < grid.count(); ++cell) {
      const PatchRect units = grid.units(cell);
      for (int y = units.top; y < units.bottom; ++y) {
        for (int x = units.left; x < units.right; ++x) ASSERT_EQ(grid.cell_of(x, y), cell);
      }
      const PatchRect rect = grid.pixels(cell);
      ASSERT_GT(rect.width(), 0);
      ASSERT_GT(rect.height(), 0);
      for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) ++pixels[static_cast<size_t>(y * grid.width() + x)];
      }
    }
    ASSERT_EQ(std::count(pixels.begin(), pixels.end(), 1), std::ssize(pixels));
  }
}

TEST(PatchMask, CountsCells) {
  PatchMask mask = PatchMask::whole(PatchGrid(32, 32, {}, 8));
  EXPECT_EQ(mask.kept_count(), 64);
  mask.kept[5] = false;
  EXPECT_EQ(mask.dropped_count(), 1);
}

}  // namespace
}  // namespace decant
