#include "decant/select/rules/strata.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/random.h"
#include "decant/select/rules/rules_for_tests.h"

namespace decant {
namespace {

TEST(Strata, WaterFillingTakesSmallStrataWhole) {
  // 2 rows in [0, 1), 10 in [1, 2), 1 at the very top: budget 7 over three strata is 1 + 2 + 4.
  std::vector<double> scores = {0, 0.1};
  for (int i = 0; i < 10; ++i) scores.push_back(1.2 + 0.01 * i);
  scores.push_back(3);
  const auto rows = first_rows(13);
  const auto picked = kept(strata(scores, {0, rows, 7}, {.strata = 3, .seed = 4}), 7);
  EXPECT_EQ(std::count_if(picked.begin(), picked.end(), [](int64_t r) { return r < 2; }), 2);
  EXPECT_EQ(std::count_if(picked.begin(), picked.end(), [](int64_t r) { return r >= 2 && r < 12; }), 4);
  EXPECT_EQ(picked.back(), 12) << "the largest score belongs to the last stratum";
}

TEST(Strata, AlwaysAsManyRowsAsAskedFor) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed, "strata test");
    const auto n = static_cast<int64_t>(1 + random.below(60));
    std::vector<double> scores;
    for (int64_t i = 0; i < n; ++i)
      scores.push_back(random.below(3) == 0 ? -2.0 : std::floor(20 * random.uniform() * random.uniform()) - 30);
    const auto rows = first_rows(n);
    const auto count = static_cast<int64_t>(random.below(static_cast<uint64_t>(n + 1)));
    const Ranking ranking = strata(scores, {0, rows, count}, {.strata = static_cast<int>(1 + random.below(9)), .seed = seed});
    const std::set<int64_t> distinct(ranking.order.begin(), ranking.order.end());
    ASSERT_EQ(std::ssize(ranking.order), count);
    ASSERT_EQ(std::ssize(distinct), count);
  }
}

TEST(Strata, ConstantAndNegativeScoresAreOneStratumAndSome) {
  const auto rows = first_rows(6);
  EXPECT_EQ(strata(std::vector<double>(6, -3), {0, rows, 4}, {}).order.size(), 4U);
  const std::vector<double> negative = {-9, -8, -7, -3, -2, -1};
  EXPECT_EQ(kept(strata(negative, {0, rows, 6}, {}), 6), rows);
}

}  // namespace
}  // namespace decant
