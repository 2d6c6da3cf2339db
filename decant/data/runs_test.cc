// Masks as runs against masks as pixels, and outlines against a walk of every step.
#include "decant/data/runs.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"

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

using Pixels = std::vector<bool>;

Pixels pixels_of(const Runs& runs) {
  Pixels pixels;
  for (size_t i = 0; i < runs.size(); ++i) pixels.insert(pixels.end(), static_cast<size_t>(runs[i]), i % 2 == 1);
  return pixels;
}

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

/// As the COCO API walks an outline: every point on a grid of a fifth of a pixel, one after the
/// other.
Runs walked(std::span<const double> points, int64_t height, int64_t width) {
  const size_t count = points.size() / 2;
  std::vector<int> x, y, u, v;
  for (size_t i = 0; i <= count; ++i) {
    x.push_back(static_cast<int>(5 * points[2 * (i % count)] + .5));
    y.push_back(static_cast<int>(5 * points[2 * (i % count) + 1] + .5));
  }
  for (size_t i = 0; i < count; ++i) {
    int xs = x[i], xe = x[i + 1], ys = y[i], ye = y[i + 1];
    const int dx = std::abs(xe - xs), dy = std::abs(ys - ye);
    const bool flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
    if (flip) std::swap(xs, xe), std::swap(ys, ye);
    if (dx == 0 && dy == 0) {
      u.push_back(xs), v.push_back(ys);
    } else if (dx >= dy) {
      const double slope = static_cast<double>(ye - ys) / dx;
      for (int d = 0; d <= dx; ++d) {
        const int t = flip ? dx - d : d;
        u.push_back(t + xs), v.push_back(static_cast<int>(ys + slope * t + .5));
      }
    } else {
      const double slope = static_cast<double>(xe - xs) / dy;
      for (int d = 0; d <= dy; ++d) {
        const int t = flip ? dy - d : d;
        v.push_back(t + ys), u.push_back(static_cast<int>(xs + slope * t + .5));
      }
    }
  }
  std::vector<int64_t> at;
  for (size_t j = 1; j < u.size(); ++j) {
    if (u[j] == u[j - 1]) continue;
    const double column = ((u[j] < u[j - 1] ? u[j] : u[j] - 1) + .5) / 5 - .5;
    if (std::floor(column) != column || column < 0 || column > static_cast<double>(width - 1)) continue;
    const double row = std::ceil(std::clamp((std::min(v[j], v[j - 1]) + .5) / 5 - .5, 0.0, static_cast<double>(height)));
    at.push_back(static_cast<int64_t>(column) * height + static_cast<int64_t>(row));
  }
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
