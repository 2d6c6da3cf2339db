#include "decant/base/statistics.h"

#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

TEST(StudentT, MatchesTheTables) {  // any printed t table, two-sided 95 %
  EXPECT_NEAR(student_t(1), 12.7062, 1e-4);
  EXPECT_NEAR(student_t(2), 4.30265, 1e-5);
  EXPECT_NEAR(student_t(4), 2.77645, 1e-5);
  EXPECT_NEAR(student_t(30), 2.04227, 1e-5);
  EXPECT_NEAR(student_t(1e6), 1.95996, 1e-4);
  EXPECT_NEAR(student_t(5, 0.99), 4.03214, 1e-5);
}

TEST(Estimate, IsMeanAndInterval) {
  const std::vector<double> values = {1, 2, 3};
  EXPECT_DOUBLE_EQ(estimate(values).mean, 2);
  EXPECT_NEAR(estimate(values).half_width, 4.30265 / std::sqrt(3.0), 1e-5);
  EXPECT_TRUE(std::isinf(estimate(std::vector<double>{5}).half_width));
  const Estimate d = difference(std::vector<double>{1, 2, 3}, std::vector<double>{4, 6, 8, 10});  // by hand: s² = 1/3 + 5/3, ν = 4.41
  EXPECT_DOUBLE_EQ(d.mean, -5);
  EXPECT_NEAR(d.half_width, student_t(4.0 / ((1.0 / 9) / 2 + (25.0 / 9) / 3)) * std::sqrt(2.0), 1e-9);
}

TEST(PairedDifference, IsTheTestOfTheGaps) {
  // Student's own example (Biometrika 6, 1908): hours of sleep gained by ten patients with either
  // of two drugs. Mean 1.58, t = 4.0621, interval 0.7001 to 2.4599.
  const std::vector<double> first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const Estimate gain = paired_difference(second, first);
  EXPECT_NEAR(gain.mean, 1.58, 1e-12);
  EXPECT_NEAR(gain.mean - gain.half_width, 0.7001142, 1e-6);
  EXPECT_NEAR(gain.mean + gain.half_width, 2.4598858, 1e-6);
  EXPECT_LT(gain.half_width, difference(second, first).half_width) << "what the patients share cancels";
  EXPECT_TRUE(std::isinf(paired_difference(std::vector<double>{2}, std::vector<double>{1}).half_width));
  EXPECT_EQ(paired_difference(std::vector<double>{2, 3}, std::vector<double>{1, 2}).half_width, 0);
  EXPECT_THROW(paired_difference(std::vector<double>{2, 3}, std::vector<double>{1}), BugError);
}

TEST(KendallTau, CountsPairsAndKnowsTies) {
  using V = std::vector<double>;
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{10, 20, 30, 40}), 1);
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{4, 3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 3, 4}, V{1, 3, 2, 4}), 4.0 / 6);                   // one of six pairs is reversed
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 2, 2, 3}, V{1, 2, 3, 4}), 5 / std::sqrt(5.0 * 6));    // a tie on one side
  EXPECT_DOUBLE_EQ(kendall_tau(V{1, 1, 2, 2}, V{1, 2, 2, 3}), 3 / std::sqrt(4.0 * 5.0));  // by hand: C = 3, D = 0
  EXPECT_DOUBLE_EQ(kendall_tau(V{12, 2, 1, 12, 2}, V{1, 4, 7, 1, 0}), -4 / std::sqrt(8.0 * 9));
  EXPECT_TRUE(std::isnan(kendall_tau(V{1, 1}, V{1, 2})));
  EXPECT_TRUE(std::isnan(kendall_tau(V{1}, V{1})));
}

TEST(Spearman, IsTheCorrelationOfRanks) {
  using V = std::vector<double>;
  EXPECT_DOUBLE_EQ(spearman_rho(V{1, 2, 30}, V{10, 20, 21}), 1);
  EXPECT_DOUBLE_EQ(spearman_rho(V{1, 2, 3, 4}, V{4, 3, 2, 1}), -1);
  EXPECT_DOUBLE_EQ(spearman_rho(V{1, 2, 3, 4, 5}, V{2, 1, 4, 3, 5}), 1 - 6.0 * 4 / (5 * 24));  // 1 − 6 Σd² / n(n² − 1)
  EXPECT_DOUBLE_EQ(spearman_rho(V{1, 2, 2, 3}, V{1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5));      // a tie on one side
  EXPECT_TRUE(std::isnan(spearman_rho(V{1, 1}, V{1, 2})));
  EXPECT_TRUE(std::isnan(spearman_rho(V{1}, V{1})));
}

}  // namespace
}  // namespace decant
