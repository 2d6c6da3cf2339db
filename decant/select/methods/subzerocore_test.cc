#include "decant/select/methods/subzerocore.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "decant/base/test_support.h"
#include "decant/kernels/dot.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SubZeroCore, TakesAsManyNeighboursAsTheCoverageAsksFor) {
  EXPECT_EQ(covering_neighbours(50000, 500, 0.6), 92);
  EXPECT_EQ(covering_neighbours(50000, 500, 0.9), 229);
  EXPECT_EQ(covering_neighbours(50000, 500, 0.99), 457);
  EXPECT_EQ(covering_neighbours(10, 10, 0.99), 1);
  EXPECT_EQ(covering_neighbours(10, 1, 0.95), 9) << "all the others";
  EXPECT_EQ(covering_neighbours(1, 1, 0.5), 0);
}

TEST(SubZeroCore, RadiiAreThoseOfThePlainRule) {
  DrawnRows rows(1100, 7, 1, 6);
  for (int64_t i = 1000; i < 1100; ++i) rows.copy(i % 20, i);  // some rows six times
  rows.clear(500);
  const auto cosine = [&](int64_t i, int64_t j) {
    const auto x = rows.row(i);
    const auto y = rows.row(j);
    return dot(x, x) > 0 && dot(y, y) > 0 ? 1 / std::sqrt(dot(x, x)) * (1 / std::sqrt(dot(y, y))) * dot(x, y) : 0;
  };
  for (const int64_t neighbours : {1, 5, 40, 1099}) {
    const auto one = neighbour_radii(rows.features(), {0, rows.all(), 1}, neighbours, {.threads = 1});
    EXPECT_EQ(neighbour_radii(rows.features(), {0, rows.all(), 1}, neighbours, {.threads = 2}), one);
    for (const int64_t i : {0, 3, 77, 500, 1024}) {
      std::vector<double> cosines;
      for (int64_t j = 0; j < rows.count(); ++j) {
        if (j != i) cosines.push_back(cosine(i, j));
      }
      std::ranges::sort(cosines, std::greater<>());
      EXPECT_EQ(one[static_cast<size_t>(i)], std::max(0.0, 1 - cosines[static_cast<size_t>(neighbours - 1)])) << i << " " << neighbours;
    }
  }
}

TEST(SubZeroCore, WeighsTypicalDensityMost) {
  const auto weights = density_weights(std::vector<double>{0.1, 0.3, 0.5});
  EXPECT_EQ(weights[1], 1);
  EXPECT_NEAR(weights[0], std::exp(-0.75), 1e-7);
  EXPECT_EQ(weights[0], weights[2]);
  EXPECT_THAT(density_weights(std::vector<double>{0.2, 0.2, 0.2}), Each(1.0));
}

TEST(SubZeroCore, IsFacilityLocationUnderTheseWeights) {
  const DrawnRows rows(150, 8, 2, 4);
  const auto all = rows.all();
  const PoolTask whole{0, all, 30};
  const int64_t neighbours = covering_neighbours(150, 30, 0.6);
  const auto weights = density_weights(neighbour_radii(rows.features(), whole, neighbours, {}));
  const Ranking ranking = subzerocore(rows.features(), whole, {}, {});
  EXPECT_EQ(ranking.order, facility_location(rows.features(), whole, {.weights = weights}, {}).order);
  EXPECT_NE(ranking.order, facility_location(rows.features(), whole, {}, {}).order);
}

TEST(SubZeroCore, TakesAnyCountCopiesAndZeroRows) {
  DrawnRows rows(30, 3, 3);
  for (int64_t i = 6; i < 30; ++i) rows.copy(i % 6, i);  // every row five times
  const auto order = subzerocore(rows.features(), {0, rows.all(), 30}, {}, {}).order;
  EXPECT_TRUE(std::is_permutation(order.begin(), order.end(), rows.all().begin()));
  const std::vector<int64_t> one = {3};
  EXPECT_THAT(subzerocore(rows.features(), {0, one, 1}, {}, {}).order, ElementsAre(3));
  EXPECT_THAT(subzerocore(rows.features(), {0, one, 0}, {}, {}).order, IsEmpty());
  for (int64_t i = 0; i < 30; ++i) rows.clear(i);
  EXPECT_THAT(subzerocore(rows.features(), {0, rows.all(), 3}, {}, {}).order, ElementsAre(0, 1, 2));
}

TEST(SubZeroCore, RefusesCoveragesThatCannotBe) {
  const DrawnRows rows(3, 2, 4);
  for (const double coverage : {0.0, 1.0, std::nan("")}) {
    expect_says(message_of([&] {
                  subzerocore(rows.features(), {0, rows.all(), 1}, {.coverage = coverage}, {});
                }),
                {"coverage", "between 0 and 1"});
  }
}

}  // namespace
}  // namespace decant
