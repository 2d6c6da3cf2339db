#include "decant/select/methods/d2.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/select/geometry/neighbours.h"
#include "decant/select/methods/cloud_for_tests.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::vector<double> drawn_difficulty(int64_t count, uint64_t seed) {
  Random random(seed, "difficulty");
  std::vector<double> values(static_cast<size_t>(count));
  for (double& value : values) value = random.uniform();
  return values;
}

/// The formula with a matrix of all pairs, and a look at every row for every pick.
Ranking plain_d2(const Features& features, const std::vector<double>& difficulty, const std::vector<int64_t>& rows,
                 const D2Options& options, int64_t count) {
  const size_t n = rows.size();
  const Neighbours lists = nearest_neighbours(features, rows, options.neighbours, {});
  std::vector<std::vector<double>> lengths(n, std::vector<double>(n, -1));  // −1: no edge
  std::vector<double> positive;
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < static_cast<size_t>(lists.each); ++k) {
      const auto j = static_cast<size_t>(lists.of(static_cast<int64_t>(i))[k]);
      const double length = lists.distances_of(static_cast<int64_t>(i))[k];
      lengths[i][j] = lengths[j][i] = length;
      if (length > 0) positive.push_back(length);
    }
  }
  std::sort(positive.begin(), positive.end());
  const double unit = positive.empty() ? 1 : positive[(positive.size() - 1) / 2];
  std::vector<double> left(n);
  for (size_t i = 0; i < n; ++i) {
    left[i] = difficulty[static_cast<size_t>(rows[i])];
    for (size_t j = 0; j < n; ++j) {
      if (lengths[i][j] >= 0) left[i] += std::exp(-(lengths[i][j] / unit)) * difficulty[static_cast<size_t>(rows[j])];
    }
  }
  std::vector<bool> picked(n, false);
  Ranking ranking;
  for (int64_t p = 0; p < count; ++p) {
    size_t best = n;
    for (size_t i = 0; i < n; ++i) {
      if (!picked[i] && (best == n || left[i] > left[best])) best = i;
    }
    picked[best] = true;
    ranking.order.push_back(rows[best]);
    ranking.gains.push_back(static_cast<float>(left[best]));
    for (size_t j = 0; j < n; ++j) {
      if (lengths[best][j] >= 0 && !picked[j] && left[best] > 0)
        left[j] -= std::exp(-options.gamma * (lengths[best][j] / unit)) * left[best];
    }
  }
  return ranking;
}

TEST(D2, IsTheFormulaWithAllPairs) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const auto features = seed % 3 == 0 ? clouds::of_whole_numbers(50, 2, 3, seed) : clouds::drawn(50, 4, seed);
    const auto difficulty = drawn_difficulty(50, seed);
    std::vector<int64_t> rows = clouds::rows_to(50);
    if (seed % 2 == 1) rows.erase(rows.begin() + 3, rows.begin() + 9);
    const D2Options options{.neighbours = static_cast<int64_t>(seed % 5), .gamma = 0.3 * static_cast<double>(seed % 4)};
    const int64_t count = seed % 4 == 0 ? static_cast<int64_t>(rows.size()) : 11;
    const Ranking plain = plain_d2(features, difficulty, rows, options, count);
    for (const int threads : {1, 2}) {
      const Ranking ranking = d2(features, difficulty, {.rows = rows, .count = count}, options, {.threads = threads});
      EXPECT_EQ(ranking.order, plain.order) << seed;
      EXPECT_EQ(ranking.gains, plain.gains) << seed;
    }
  }
}

TEST(D2, APickSilencesItsNeighbours) {
  const auto features = clouds::of_values(1, {0, 0, 0, 100, 104});  // duplicates, and a pair
  const std::vector<double> difficulty = {5, 5, 5, 3, 2};
  const auto rows = clouds::rows_to(5);
  const Ranking ranking = d2(features, difficulty, {.rows = rows, .count = 3}, {.neighbours = 1, .gamma = 1}, {});
  EXPECT_EQ(ranking.order.front(), 0) << "ties to the smaller row, which has the most neighbours";
  EXPECT_THAT(std::vector<int64_t>(ranking.order.begin() + 1, ranking.order.end()), ElementsAre(3, 4));
}

TEST(D2, WithoutNeighboursItIsTheHardestFirst) {
  const auto features = clouds::drawn(5, 2, 1);
  const auto rows = clouds::rows_to(5);
  const std::vector<double> difficulty = {1, 4, 0, 4, 2};
  EXPECT_THAT(d2(features, difficulty, {.rows = rows, .count = 5}, {.neighbours = 0}, {}).order, ElementsAre(1, 3, 4, 0, 2));
}

TEST(D2, UnitsOfFeaturesAndDifficultyDoNotMatter) {
  const auto features = clouds::drawn(60, 3, 8);
  const auto difficulty = drawn_difficulty(60, 8);
  const auto rows = clouds::rows_to(60);
  std::vector<float> larger(features.matrix().data, features.matrix().data + 180);
  for (float& value : larger) value *= 1024;
  std::vector<double> harder = difficulty;
  for (double& value : harder) value *= 32;
  const auto order = d2(features, difficulty, {.rows = rows, .count = 60}, {}, {}).order;
  EXPECT_EQ(d2(clouds::of_values(3, larger), difficulty, {.rows = rows, .count = 60}, {}, {}).order, order);
  EXPECT_EQ(d2(features, harder, {.rows = rows, .count = 60}, {}, {}).order, order);
}

TEST(D2, RowsInAnotherOrderAreTheSameChoice) {
  const auto features = clouds::drawn(70, 4, 9);
  const auto difficulty = drawn_difficulty(70, 9);
  const auto rows = clouds::rows_to(70);
  const auto turned = Random(6).permutation(70);
  std::vector<double> turned_difficulty;
  for (const int64_t row : turned) turned_difficulty.push_back(difficulty[static_cast<size_t>(row)]);
  const Ranking here = d2(features, difficulty, {.rows = rows, .count = 30}, {}, {});
  Ranking there = d2(clouds::taken(features, turned), turned_difficulty, {.rows = rows, .count = 30}, {}, {});
  for (int64_t& row : there.order) row = turned[static_cast<size_t>(row)];
  EXPECT_EQ(there.order, here.order);
}

TEST(D2, SmallPools) {
  const auto features = clouds::of_values(1, {4, 4, 4});
  const std::vector<double> difficulty = {0, 0, 0};
  const std::vector<int64_t> one = {2};
  EXPECT_THAT(d2(features, difficulty, {.rows = one, .count = 1}, {}, {}).order, ElementsAre(2));
  EXPECT_TRUE(d2(features, difficulty, {.rows = one, .count = 0}, {}, {}).order.empty());
  const auto rows = clouds::rows_to(3);
  EXPECT_THAT(d2(features, difficulty, {.rows = rows, .count = 3}, {}, {}).order, ElementsAre(0, 1, 2));
}

TEST(D2, RefusesDifficultiesThatAreNone) {
  const auto features = clouds::drawn(3, 2, 1);
  const std::vector<int64_t> rows = {0, 2};
  const std::vector<double> wrong = {1, NAN, -1};
  expect_says(message_of([&] { d2(features, wrong, {.rows = rows, .count = 1}, {}, {}); }), {"row 2", "difficulty is -1"});
  const std::vector<double> unread = {1, NAN, 1};
  EXPECT_EQ(d2(features, unread, {.rows = rows, .count = 1}, {}, {}).order.size(), 1u) << "rows of other pools are not read";
  expect_says(message_of([&] { d2(features, unread, {.rows = rows, .count = 1}, {.gamma = -1}, {}); }), {"gamma -1"});
}

}  // namespace
}  // namespace decant
