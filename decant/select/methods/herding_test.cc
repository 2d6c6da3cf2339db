#include "decant/select/methods/herding.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "decant/kernels/dot.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// ‖sum of some rows / their number − mean of all‖².
double from_mean(const DrawnRows& rows, std::span<const int64_t> some) {
  std::vector<double> difference(rows.row(0).size(), 0.0);
  for (const int64_t i : some) add_scaled(difference, 1 / static_cast<double>(some.size()), rows.row(i));
  for (int64_t i = 0; i < rows.count(); ++i) add_scaled(difference, -1 / static_cast<double>(rows.count()), rows.row(i));
  double squared = 0;
  for (const double value : difference) squared += value * value;
  return squared;
}

TEST(Herding, EveryPickBringsTheMeanNearest) {
  const DrawnRows rows(120, 6, 1, 4);
  const Ranking ranking = herding(rows.features(), {0, rows.all(), 50}, {.threads = 1});
  EXPECT_EQ(herding(rows.features(), {0, rows.all(), 50}, {.threads = 2}).order, ranking.order);
  std::vector<int64_t> picked;
  for (const int64_t row : ranking.order) {
    const auto with = [&](int64_t i) {
      auto some = picked;
      some.push_back(i);
      return from_mean(rows, some);
    };
    for (int64_t i = 0; i < rows.count(); ++i) {
      if (std::ranges::find(picked, i) != picked.end()) continue;
      EXPECT_LE(with(row), with(i) + 1e-12);
    }
    picked.push_back(row);
  }
  EXPECT_LT(from_mean(rows, picked), 0.01);
}

TEST(Herding, TiesFallToTheSmallerRowAndCopiesAreRowsLikeOthers) {
  DrawnRows rows(40, 3, 2);
  for (int64_t i = 8; i < 40; ++i) rows.copy(i % 8, i);  // every row five times
  const auto order = herding(rows.features(), {0, rows.all(), 40}, {}).order;
  for (int64_t i = 0; i < 32; ++i) {
    EXPECT_LT(std::ranges::find(order, i), std::ranges::find(order, i + 8)) << "of equal rows the smaller comes first";
  }
  EXPECT_TRUE(std::is_permutation(order.begin(), order.end(), rows.all().begin()));
}

TEST(Herding, PicksTheSameRowsWhereverTheyStand) {
  const DrawnRows rows(80, 7, 3);
  const auto moved = Random(3, "order").permutation(80);
  const DrawnRows other = rows.moved(moved);
  Ranking theirs = herding(other.features(), {0, other.all(), 20}, {});
  for (int64_t& row : theirs.order) row = moved[static_cast<size_t>(row)];
  EXPECT_EQ(theirs.order, herding(rows.features(), {0, rows.all(), 20}, {}).order);
}

TEST(Herding, TakesAnyCountAndZeroRows) {
  DrawnRows rows(4, 3, 4);
  const std::vector<int64_t> one = {3};
  EXPECT_THAT(herding(rows.features(), {0, one, 1}, {}).order, ElementsAre(3));
  EXPECT_THAT(herding(rows.features(), {0, one, 0}, {}).order, IsEmpty());
  for (int64_t i = 0; i < 4; ++i) rows.clear(i);
  EXPECT_THAT(herding(rows.features(), {0, rows.all(), 4}, {}).order, ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace decant
