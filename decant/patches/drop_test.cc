#include "decant/patches/drop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

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

TEST(Exempt, LeavesNoReasonToDropACell) {
  const PatchGrid grid(4, 4, {}, 2);
  std::vector<float> importance = {1, 0.5F, 2, 0.5F};
  EXPECT_EQ(exempt({false, false, false, true}, importance), 3);
  EXPECT_THAT(drop_least(grid, importance, 2).kept, testing::ElementsAre(false, false, true, true));
  EXPECT_THAT(drop_below(grid, importance, std::numeric_limits<float>::infinity(), 3).kept,
              testing::ElementsAre(false, false, false, true));
  EXPECT_EQ(exempt({true, true, true, true}, importance), 0);
  EXPECT_EQ(drop_below(grid, importance, std::numeric_limits<float>::infinity(), 3), PatchMask::whole(grid));
}

TEST(DropTally, CountsPicturesThatLostFewerThanAsked) {
  DropTally tally, other;
  tally.add(16, 4, 4);
  other.add(9, 3, 0);
  tally += other;
  EXPECT_EQ(tally, (DropTally{.cells = 25, .asked = 7, .dropped = 4, .pictures_short = 1}));
  EXPECT_EQ(tally.percent_of_cells(5), 20);
  EXPECT_EQ(DropTally().percent_of_cells(0), 0);
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
