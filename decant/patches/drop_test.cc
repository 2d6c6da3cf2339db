#include "decant/patches/drop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant::patches {
namespace {

TEST(DropLeast, TakesTheLeastImportantAndOfEqualOnesTheLast) {
  const PatchGrid grid(4, 4, {}, 2);
  const std::vector<float> importance = {1, 0.5F, 2, 0.5F};
  EXPECT_THAT(drop_least(grid, importance, 1).kept, testing::ElementsAre(true, true, true, false));
  EXPECT_THAT(drop_least(grid, importance, 3).kept, testing::ElementsAre(false, false, true, false));
  EXPECT_EQ(drop_least(grid, importance, 0), PatchMask::whole(grid));
}

TEST(DropBelow, TakesWhatIsWorthLessButNotTooMuch) {
  const PatchGrid grid(4, 4, {}, 2);
  const std::vector<float> worth = {1, 0.5F, 2, 0.4F};
  EXPECT_THAT(drop_below(grid, worth, 1, 3).kept, testing::ElementsAre(true, false, true, false));
  EXPECT_THAT(drop_below(grid, worth, 9, 2).kept, testing::ElementsAre(true, false, true, false));
  EXPECT_EQ(drop_below(grid, worth, 0.1F, 3), PatchMask::whole(grid));
}

TEST(CellsOf, RoundsHalfUpAndLeavesOneCell) {
  EXPECT_EQ(cells_of(0.25, 196), 49);
  EXPECT_EQ(cells_of(0.5, 5), 3);
  EXPECT_EQ(cells_of(0.25, 1), 0);
  EXPECT_EQ(cells_of(1, 4), 3);
}

TEST(FlattenDropped, LeavesTheMeanOfEachChannelAndKeptCellsAlone) {
  Image image;
  image.resize({2, 2, 3});
  image.pixels = {0, 10, 200, 1, 10, 201, 2, 11, 202, 3, 11, 203};
  PatchMask mask = PatchMask::whole(PatchGrid(2, 2, {}, 1, 2));
  mask.kept[1] = false;  // the lower half
  flatten_dropped(image, mask);
  EXPECT_THAT(image.pixels, testing::ElementsAre(0, 10, 200, 1, 10, 201, 3, 11, 203, 3, 11, 203)) << "2.5 and 202.5 are rounded up";
}

}  // namespace
}  // namespace decant::patches
