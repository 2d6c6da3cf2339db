#include "decant/select/methods/progress.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "decant/select/methods/list.h"

namespace decant {
namespace {

void expect_figures(const BetaFigures& figures, double mode, double power) {
  EXPECT_NEAR(figures.mode, mode, 1e-4);
  EXPECT_NEAR(figures.power, power, 1e-4);
}

TEST(Progress, FiguresMoveWithTheShareKept) {
  for (const double keep : {0.001, 0.05, 0.1}) expect_figures(progress_figures(keep, 0), 0.7, 3);
  expect_figures(progress_figures(0.1 * std::sqrt(3.0), 0), 0.6268, 1.75);
  for (const double keep : {0.3, 0.5, 0.9, 1.0}) expect_figures(progress_figures(keep, 0), 0.5, 0.5);
}

TEST(Progress, FiguresMoveWithTheStepsOfTheTraining) {
  for (const int64_t steps : {1, 600, 2500}) expect_figures(progress_figures(0.5, steps), 0.7, 3);
  for (const int64_t steps : {8000, 100'000}) expect_figures(progress_figures(0.5, steps), 0.5, 0.5);
  expect_figures(progress_figures(0.5, 4472), 0.6, 1.75);  // √(2,500 · 8,000) = 4,472.1
}

/// A hundred rows of rising ease, all with the same score.
struct Rising {
  std::vector<double> ease, scores = std::vector<double>(100, 1);
  Rising() {
    for (int i = 0; i < 100; ++i) ease.push_back((i + 0.5) / 100);
  }
  Selection choose(int64_t count, const MethodOptions& options = {}) const {
    const MethodInputs inputs{.rows = 100, .count = count, .scores = scores, .ease = ease, .options = options};
    return choose_by(*find_method("progress"), inputs, 1, {}).selection;
  }
};

TEST(Progress, WhatIsPreferredFollowsTheNumberAndServesAny) {
  const Rising rows;
  const Selection tenth = rows.choose(10), half = rows.choose(50);
  EXPECT_NE(tenth.order, half.order);
  EXPECT_GT(tenth.serves_to, 100);
  EXPECT_EQ(rows.choose(50, {.for_steps = 2500}).order, tenth.order);
  const MethodOptions asked{.beta_mode = 0.7, .beta_power = 3};
  EXPECT_EQ(rows.choose(50, asked).order, tenth.order) << "as asked, whatever the share";
  const Method& progress = *find_method("progress");
  EXPECT_TRUE(follows_count(progress, {}));
  EXPECT_FALSE(follows_count(progress, asked));
  EXPECT_FALSE(follows_count(progress, {.rule = "top"}));
  EXPECT_FALSE(follows_count(*find_method("dual"), {}));
}

}  // namespace
}  // namespace decant
