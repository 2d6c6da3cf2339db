#include "decant/select/methods/toward.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <set>

#include "decant/base/test_support.h"
#include "decant/kernels/dot.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;

double cosine_of(std::span<const float> x, std::span<const float> y) {
  const double xx = dot(x, x);
  const double yy = dot(y, y);
  return xx == 0 || yy == 0 ? 0 : (1 / std::sqrt(xx)) * (1 / std::sqrt(yy)) * dot(x, y);
}

/// The rule, word for word.
Ranking plain_toward(const DrawnRows& rows, const DrawnRows& targets, std::span<const int64_t> pool, int64_t count, double diversity) {
  Ranking ranking;
  std::set<int64_t> taken;
  for (int64_t turn = 0; std::ssize(ranking.order) < count; ++turn) {
    const auto target = targets.row(turn % targets.count());
    if (dot(target, target) == 0) continue;
    std::optional<std::pair<double, int64_t>> best;
    for (const int64_t row : pool) {
      if (taken.contains(row)) continue;
      std::optional<double> redundant;
      for (const int64_t other : taken) redundant = std::max(redundant.value_or(-2), cosine_of(rows.row(other), rows.row(row)));
      const double near = cosine_of(target, rows.row(row));
      const double value = diversity == 0 ? near : (1 - diversity) * near - diversity * redundant.value_or(0);
      if (!best || value > best->first) best = {value, row};
    }
    taken.insert(best->second);
    ranking.order.push_back(best->second);
    ranking.gains.push_back(static_cast<float>(best->first));
  }
  return ranking;
}

void expect_plain_turns(const DrawnRows& rows, const DrawnRows& targets, std::span<const int64_t> pool, int64_t count) {
  for (const double diversity : {0.0, 0.3, 1.0}) {
    const Ranking plain = plain_toward(rows, targets, pool, count, diversity);
    for (const int threads : {1, 2}) {
      const Ranking fast = toward(rows.features(), targets.features(), {0, pool, count}, {.diversity = diversity}, {.threads = threads});
      EXPECT_EQ(fast.order, plain.order) << diversity;
      EXPECT_EQ(fast.gains, plain.gains) << diversity;
    }
  }
}

TEST(Toward, TargetsTakeTurnsForTheirNearestRow) {
  const DrawnRows rows(150, 6, 1, 4);
  const DrawnRows targets(7, 6, 2, 4);
  expect_plain_turns(rows, targets, rows.all(), 60);
  expect_plain_turns(rows, targets, rows.all(), 150);
  expect_plain_turns(rows, targets, rows.all(), 3);  // fewer rows than targets
  const std::vector<int64_t> some = {3, 5, 8, 13, 21, 34, 55, 89};
  expect_plain_turns(rows, targets, some, 8);
}

TEST(Toward, AlikeTargetsAndEqualRowsAreTakenInOrder) {
  DrawnRows rows(120, 4, 3);
  for (int64_t i = 40; i < 120; ++i) rows.copy(i % 40, i);
  rows.clear(17);
  DrawnRows targets(30, 4, 4);
  for (int64_t i = 1; i < 25; ++i) targets.copy(0, i);  // their lists run out together
  targets.clear(26);
  expect_plain_turns(rows, targets, rows.all(), 110);
}

TEST(Toward, TheOrderDoesNotDependOnTheCount) {
  const DrawnRows rows(90, 5, 5);
  const DrawnRows targets(4, 5, 6);
  const auto pool = rows.all();
  const Ranking all = toward(rows.features(), targets.features(), {0, pool, 90}, {}, {});
  const Ranking few = toward(rows.features(), targets.features(), {0, pool, 20}, {}, {});
  EXPECT_TRUE(std::equal(few.order.begin(), few.order.end(), all.order.begin()));
}

TEST(Toward, TargetsWithoutADirectionAreAnError) {
  DrawnRows targets(2, 3, 7);
  targets.clear(0);
  targets.clear(1);
  const DrawnRows rows(5, 3, 8);
  expect_says(message_of([&] { toward(rows.features(), targets.features(), {0, rows.all(), 2}, {}, {}); }), {"targets", "zero"});
}

}  // namespace
}  // namespace decant
