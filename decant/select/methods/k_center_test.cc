#include "decant/select/methods/k_center.h"

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

double scale_of(std::span<const float> x, bool unit) {
  const double squared = dot(x, x);
  return !unit ? 1 : squared > 0 ? 1 / std::sqrt(squared) : 0;
}

double distance(const DrawnRows& rows, int64_t i, int64_t j, bool unit) {
  const auto x = rows.row(i);
  const auto y = rows.row(j);
  double squared = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    const double difference = scale_of(x, unit) * static_cast<double>(x[k]) - scale_of(y, unit) * static_cast<double>(y[k]);
    squared += difference * difference;
  }
  return std::sqrt(squared);
}

/// All distances at every pick, after the first row as it is.
std::vector<int64_t> plain_k_center(const DrawnRows& rows, int64_t first, int64_t count, bool unit) {
  std::vector<int64_t> picked = {first};
  while (static_cast<int64_t>(picked.size()) < count) {
    int64_t best = -1;
    double farthest = -1;
    for (int64_t i = 0; i < rows.count(); ++i) {
      if (std::ranges::find(picked, i) != picked.end()) continue;
      double nearest = std::numeric_limits<double>::infinity();
      for (const int64_t s : picked) nearest = std::min(nearest, distance(rows, i, s, unit));
      if (nearest > farthest) best = i;
      farthest = std::max(farthest, nearest);
    }
    picked.push_back(best);
  }
  return picked;
}

int64_t nearest_to_mean(const DrawnRows& rows, bool unit) {
  std::vector<double> mean(rows.row(0).size(), 0.0);
  for (int64_t i = 0; i < rows.count(); ++i) add_scaled(mean, scale_of(rows.row(i), unit) / static_cast<double>(rows.count()), rows.row(i));
  std::vector<double> squared;
  for (int64_t i = 0; i < rows.count(); ++i) {
    double sum = 0;
    for (size_t k = 0; k < mean.size(); ++k)
      sum += std::pow(scale_of(rows.row(i), unit) * static_cast<double>(rows.row(i)[k]) - mean[k], 2);
    squared.push_back(sum);
  }
  return std::ranges::min_element(squared) - squared.begin();
}

TEST(KCenter, EqualsThePlainRule) {
  for (const bool unit : {false, true}) {
    const DrawnRows rows(150, 9, 1, 5);
    const auto plain = plain_k_center(rows, nearest_to_mean(rows, unit), 60, unit);
    for (const int threads : {1, 2}) {
      EXPECT_EQ(k_center(rows.features(), {0, rows.all(), 60}, {.unit = unit}, {.threads = threads}).order, plain) << unit;
    }
  }
}

TEST(KCenter, CoversWithinTwiceTheLeastRadius) {
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const DrawnRows rows(11, 2, 40 + seed);
    const auto radius = [&](uint32_t set) {
      double largest = 0;
      for (int64_t i = 0; i < 11; ++i) {
        double nearest = std::numeric_limits<double>::infinity();
        for (int64_t j = 0; j < 11; ++j) {
          if ((set >> j & 1U) != 0) nearest = std::min(nearest, distance(rows, i, j, false));
        }
        largest = std::max(largest, nearest);
      }
      return largest;
    };
    for (const int count : {1, 2, 3, 5}) {
      double least = std::numeric_limits<double>::infinity();
      for (uint32_t set = 1; set < 1U << 11; ++set) {
        if (__builtin_popcount(set) == count) least = std::min(least, radius(set));
      }
      uint32_t picked = 0;
      for (const int64_t row : k_center(rows.features(), {0, rows.all(), count}, {}, {}).order) picked |= 1U << row;
      EXPECT_LE(radius(picked), 2 * least);
    }
  }
}

TEST(KCenter, CopiesComeLastAndTiesFallToTheSmallerRow) {
  DrawnRows rows(50, 6, 2);
  for (int64_t i = 10; i < 50; ++i) rows.copy(i % 10, i);  // every row five times
  const Ranking ranking = k_center(rows.features(), {0, rows.all(), 50}, {}, {});
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(ranking.gains[i] > 0, i < 10) << i;
  for (size_t i = 0; i < 10; ++i) EXPECT_LT(ranking.order[i], 10);
  EXPECT_TRUE(std::is_sorted(ranking.order.begin() + 10, ranking.order.end()));
}

TEST(KCenter, PicksTheSameRowsWhereverTheyStand) {
  const DrawnRows rows(80, 7, 3);
  const auto moved = Random(3, "order").permutation(80);
  const DrawnRows other = rows.moved(moved);
  Ranking theirs = k_center(other.features(), {0, other.all(), 30}, {}, {});
  for (int64_t& row : theirs.order) row = moved[static_cast<size_t>(row)];
  EXPECT_EQ(theirs.order, k_center(rows.features(), {0, rows.all(), 30}, {}, {}).order);
}

TEST(KCenter, TakesAnyCountAndZeroRows) {
  DrawnRows rows(5, 3, 4);
  const std::vector<int64_t> one = {3};
  EXPECT_THAT(k_center(rows.features(), {0, one, 1}, {}, {}).order, ElementsAre(3));
  EXPECT_THAT(k_center(rows.features(), {0, one, 0}, {}, {}).order, IsEmpty());
  for (int64_t i = 0; i < 5; ++i) rows.clear(i);
  for (const bool unit : {false, true}) {
    EXPECT_THAT(k_center(rows.features(), {0, rows.all(), 5}, {.unit = unit}, {}).order, ElementsAre(0, 1, 2, 3, 4));
  }
}

}  // namespace
}  // namespace decant
