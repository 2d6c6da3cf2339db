#include "decant/select/rules/beta.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <set>

#include "decant/select/rules/rules_for_tests.h"

namespace decant {
namespace {

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
