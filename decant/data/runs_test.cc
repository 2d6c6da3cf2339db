// Masks as runs against masks as pixels, and outlines against a walk of every step.
#include "decant/data/runs.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/data/walked_outline_for_tests.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Runs, AllPixelsSetAreAnEmptyRunAndOneOfAll) {
  const Runs runs = {0, 12};
  EXPECT_TRUE(cover(runs, 3, 4));
  EXPECT_EQ(area_of(runs), 12);
  EXPECT_EQ(box_of(runs, 3), (Box{0, 0, 4, 3}));
}

/// Older programs took the wrong box of such masks.
TEST(Runs, EmptyRunsInARowChangeNothing) {
  const Runs runs = {4, 2, 0, 0, 1, 0, 0, 2, 3};
  EXPECT_TRUE(cover(runs, 3, 4));
  EXPECT_EQ(box_of(runs, 3), (Box{1, 1, 3, 3}));
}

TEST(Runs, WithoutPixelsHasAnEmptyBox) {
  EXPECT_EQ(box_of(Runs{12}, 3), Box());
  EXPECT_EQ(area_of(Runs{12}), 0);
}

TEST(Runs, SumsThatDoNotFitAreRefusedWithoutOverflow) {
  EXPECT_FALSE(cover(Runs{4, 2, 1, 2, 4}, 3, 4));
  EXPECT_FALSE(cover(Runs{4, 2, 1, 2, 2}, 3, 4));
  EXPECT_FALSE(cover(Runs{int64_t{1} << 40, int64_t{1} << 40}, 3, 4));
  EXPECT_FALSE(cover(Runs{1}, int64_t{1} << 40, int64_t{1} << 40));
  EXPECT_FALSE(cover(Runs{1}, -1, -1));
}

using plain::Pixels;
using plain::pixels_of;

/// Runs of some pixels, with empty ones among them.
Runs random_runs(Random& random, int64_t pixels) {
  Runs runs;
  while (pixels > 0) {
    const auto run = static_cast<int64_t>(random.below(static_cast<uint64_t>(std::min<int64_t>(pixels, 9)) + 1));
    runs.push_back(run);
    pixels -= run;
  }
  return runs;
}

TEST(Runs, CommonAndUnitedPixelsAreThoseOfTheMasks) {
  Random random(1, "runs", 0);
  for (int i = 0; i < 500; ++i) {
    const std::vector<Runs> masks = {random_runs(random, 60), random_runs(random, 60), random_runs(random, 60)};
    const Pixels a = pixels_of(masks[0]), b = pixels_of(masks[1]), c = pixels_of(masks[2]);
    int64_t common = 0;
    Pixels all(60);
    for (size_t p = 0; p < all.size(); ++p) {
      common += a[p] && b[p] ? 1 : 0;
      all[p] = a[p] || b[p] || c[p];
    }
    EXPECT_EQ(common_area(masks[0], masks[1]), common);
    const Runs together = united(masks);
    EXPECT_TRUE(cover(together, 6, 10));
    EXPECT_EQ(pixels_of(together), all);
  }
}

TEST(Runs, OfNothingAndOfAllAreUnited) {
  EXPECT_THAT(united(std::vector<Runs>{{12}, {12}}), ElementsAre(12));
  EXPECT_THAT(united(std::vector<Runs>{{0, 5, 7}, {5, 7}}), ElementsAre(0, 12));
}

/// Runs between the crossings of a walk of every step, merged as the COCO API merges them.
Runs walked(std::span<const double> points, int64_t height, int64_t width) {
  std::vector<int64_t> at = plain::crossings_of(points, height, width);
  at.push_back(height * width);
  std::ranges::sort(at);
  for (size_t i = at.size() - 1; i > 0; --i) at[i] -= at[i - 1];
  Runs runs = {at[0]};
  for (size_t i = 1; i < at.size(); ++i) {
    if (at[i] > 0)
      runs.push_back(at[i]);
    else if (++i < at.size())
      runs.back() += at[i];
  }
  return runs;
}

TEST(RunsOfPolygon, SquareHasThePixelsWhoseCentresItHolds) {
  const std::vector<double> square = {1, 1, 3, 1, 3, 3, 1, 3};
  EXPECT_THAT(runs_of_polygon(square, 4, 4), ElementsAre(5, 2, 2, 2, 5));
}

TEST(RunsOfPolygon, EqualsTheWalkOfEveryStep) {
  Random random(2, "polygon", 0);
  for (int i = 0; i < 4000; ++i) {
    const auto height = static_cast<int64_t>(1 + random.below(40)), width = static_cast<int64_t>(1 + random.below(40));
    const double spread = i % 4 == 0 ? 400 : 50;  // some leave the picture far behind
    std::vector<double> points;
    for (uint64_t n = 3 + random.below(12); n > 0; --n) {
      const bool repeated = !points.empty() && random.below(8) == 0;
      const double x = repeated ? points[points.size() - 2] : (random.uniform() - .3) * spread;
      const double y = repeated ? points[points.size() - 1] : (random.uniform() - .3) * spread;
      const bool whole = i % 3 == 0;
      points.push_back(whole ? std::round(x) : x);
      points.push_back(whole ? std::round(y) : y);
    }
    const Runs runs = runs_of_polygon(points, height, width);
    ASSERT_EQ(runs, walked(points, height, width)) << "polygon " << i;
    ASSERT_TRUE(cover(runs, height, width));
  }
}

TEST(RunsOfPolygon, OutlinesThatCrossAColumnMillionsOfTimesTakeNoMoreMemory) {
  std::vector<double> zigzag;
  for (int i = 0; i < 150'000; ++i) zigzag.insert(zigzag.end(), {i % 2 == 0 ? -1.0 : 9.0, 2.0});
  EXPECT_THAT(runs_of_polygon(zigzag, 8, 8), ElementsAre(64)) << "each line is walked there and back";
}

TEST(RunsOfPolygon, FarCoordinatesAreCutOff) {
  const std::vector<double> around = {-1e300, -1e300, 1e300, -1e300, 1e300, 1e300, -1e300, 1e300};
  EXPECT_EQ(area_of(runs_of_polygon(around, 7, 5)), 35);
}

}  // namespace
}  // namespace decant
