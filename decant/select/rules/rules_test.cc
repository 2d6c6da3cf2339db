#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <numeric>
#include <set>

#include "decant/select/rules/band.h"
#include "decant/select/rules/beta.h"
#include "decant/select/rules/strata.h"
#include "decant/select/rules/top.h"

namespace decant {
namespace {

using testing::ElementsAre;

std::vector<int64_t> first_rows(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

std::vector<int64_t> kept(const Ranking& ranking, int64_t count) {
  std::vector<int64_t> rows(ranking.order.begin(), ranking.order.begin() + count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Top, FallingScoresTiesToTheSmallerRow) {
  const std::vector<double> scores = {0, 5, 9, 5, -1, 7};
  const std::vector<int64_t> rows = {1, 2, 3, 4, 5};
  const Ranking ranking = top(scores, {0, rows, 2});
  EXPECT_THAT(ranking.order, ElementsAre(2, 5, 1, 3, 4));
  EXPECT_THAT(ranking.gains, ElementsAre(9, 7, 5, 5, -1));
}

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

TEST(Band, DrawsFromTheMiddleAndFromNoWiderThanAsked) {
  std::vector<double> scores(100);
  std::iota(scores.begin(), scores.end(), 0.0);
  const auto rows = first_rows(100);
  std::map<int64_t, int> drawn;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    for (const int64_t row : kept(band(scores, {0, rows, 10}, {.width = 0.4, .seed = seed}), 10)) ++drawn[row];
  }
  EXPECT_EQ(drawn.begin()->first, 30);
  EXPECT_EQ(drawn.rbegin()->first, 69);
  for (const auto& [row, times] : drawn) EXPECT_NEAR(times, 100, 60) << row;
  EXPECT_EQ(kept(band(scores, {0, rows, 80}, {.width = 0.4}), 80).front(), 10) << "more than the band: the middle 80";
  EXPECT_EQ(kept(band(scores, {0, rows, 20}, {.width = 0.2, .shift = 0.9}), 20).back(), 19) << "at most to the easy end";
}

TEST(Beta, InclusionFollowsTheWeights) {
  // One of four is drawn: its law is weight / Σ weights.
  const std::vector<double> ease = {0.2, 0.5, 0.75, 0.95};
  const std::vector<double> scores = {3, 1, 2, 0.5};
  const auto rows = first_rows(4);
  const BetaOptions options{.mode = 0.6, .concentration = 7};
  std::vector<double> weights;
  for (size_t i = 0; i < 4; ++i) weights.push_back(std::pow(ease[i], 3.0) * std::pow(1 - ease[i], 2.0) * scores[i]);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  constexpr int kDraws = 20000;
  std::vector<int> times(4);
  for (int seed = 0; seed < kDraws; ++seed) {
    BetaOptions each = options;
    each.seed = static_cast<uint64_t>(seed);
    ++times[static_cast<size_t>(beta(ease, scores, {0, rows, 1}, each).order.front())];
  }
  for (size_t i = 0; i < 4; ++i) {
    const double share = weights[i] / sum;
    EXPECT_NEAR(times[i] / double{kDraws}, share, 4.5 * std::sqrt(share * (1 - share) / kDraws)) << i;
  }
}

TEST(Beta, DrawsRepeatAndDoNotDependOnOtherRows) {
  std::vector<double> ease;
  std::vector<double> scores;
  for (int i = 0; i < 40; ++i) {
    ease.push_back((i + 0.5) / 40);
    scores.push_back(1 + i % 3);
  }
  const auto rows = first_rows(40);
  const Ranking all = beta(ease, scores, {0, rows, 10}, {.seed = 7});
  EXPECT_EQ(beta(ease, scores, {0, rows, 10}, {.seed = 7}).order, all.order);
  EXPECT_NE(beta(ease, scores, {0, rows, 10}, {.seed = 8}).order, all.order);
  std::vector<int64_t> odd;
  for (int64_t row = 1; row < 40; row += 2) odd.push_back(row);
  std::vector<int64_t> expected;
  for (const int64_t row : all.order) {
    if (row % 2 == 1) expected.push_back(row);
  }
  EXPECT_EQ(beta(ease, scores, {0, odd, 10}, {.seed = 7}).order, expected);
}

TEST(Beta, RowsWithoutScoreComeLastAndEdgesAreFinite) {
  const std::vector<double> ease = {0, 1, 0.3, 0.9};
  const std::vector<double> scores = {1, 1, 0, 0};
  const auto rows = first_rows(4);
  const Ranking ranking = beta(ease, scores, {0, rows, 4}, {.mode = 0.99});
  EXPECT_EQ(std::set<int64_t>(ranking.order.begin(), ranking.order.begin() + 2), (std::set<int64_t>{0, 1}));
  EXPECT_EQ(ranking.order[2], 3) << "the easier of the two";
  EXPECT_NE(beta(ease, scores, {0, rows, 4}, {.power = 0}).order.back(), 2) << "without the score's weight it does not matter";
}

}  // namespace
}  // namespace decant
