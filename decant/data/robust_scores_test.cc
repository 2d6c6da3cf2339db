#include "decant/data/robust_scores.h"

#include <gtest/gtest.h>

#include "decant/base/json.h"
#include "decant/data/evidence_for_tests.h"

namespace decant {
namespace {

// By hand: s(0.1) = (1.1051709 − 0.3678794) / (2.7182818 − 0.3678794) = 0.3136873, s(0) =
// 0.2689414.

TEST(RobustScores, AreThePublishedFormulas) {
  EXPECT_NEAR(label_robust_score({0.7, 0.4}, 0.8), 0.3136873, 1e-7) << "(0.3 − 0.1) / 2";
  EXPECT_NEAR(label_robust_score({0.7, 0.4}, 0.8, 0.25), 0.2689414, 1e-7) << "0.25 · 0.3 − 0.75 · 0.1";
  EXPECT_NEAR(augmentation_robust_score({0.5, 0.4}, {0.6, 0.5}), 0.3136873, 1e-7);
  EXPECT_NEAR(augmentation_robust_score({0.5, 0.1}, {0.2, 0.6}), 0.2689414, 1e-7) << "gains that cancel";
  EXPECT_NEAR(augmentation_robust_score({1, 0}, {1, 0}), 1, 1e-12);
  EXPECT_NEAR(augmentation_robust_score({0, 1}, {0, 1}), 0, 1e-12);
}

Metric named(const char* name) {
  Metric metric = top_1();
  metric.name = name;
  return metric;
}

Evidence two_columns(std::vector<Evidence::Cell> cells) {
  for (size_t i = 1; i < cells.size(); i += 2) cells[i].metric = 1;
  return evidence_of(std::move(cells), {named("top-1"), named("top-1 dsa")});
}

TEST(RobustScores, TakeColumnsSeedBySeed) {
  Evidence evidence =
      two_columns({cell_of("n", "random", 10, {0.5, 0.4}), cell_of("n", "random", 10, {0.4, 0.3}), cell_of("n", "small", 10, {0.6, 0.5}),
                   cell_of("n", "small", 10, {0.5, 0.4}), cell_of("n", "large", 20, {0.6, 0.5}), cell_of("n", "large", 20, {0.5, 0.4})});
  const std::vector<RobustScores> scores = robust_scores(evidence);
  ASSERT_EQ(scores.size(), 1U) << "there are no random rows of the other's number";
  EXPECT_EQ(scores[0].set, "small");
  EXPECT_NEAR(scores[0].ars.mean, 0.3136873, 1e-7);
  EXPECT_NEAR(scores[0].ars.half_width, 0, 1e-12) << "what both share cancels";
  EXPECT_FALSE(scores[0].lrs);
  EXPECT_TRUE(to_json(evidence)["robust_scores"][0]["lrs"].is_null());

  evidence.full_accuracy = 0.6;
  const std::vector<RobustScores> known = robust_scores(evidence);
  EXPECT_NEAR(known[0].lrs->mean, (label_robust_score({0.5, 0.4}, 0.6) + label_robust_score({0.4, 0.3}, 0.6)) / 2, 1e-12);
  const Evidence read = evidence_from_json(to_json(evidence), "e.json");
  EXPECT_EQ(read.full_accuracy, 0.6);
  EXPECT_EQ(to_json(read), to_json(evidence));
}

TEST(RobustScores, KnowTheFullSetWhereItWasMeasured) {
  Evidence evidence = two_columns({cell_of("n", "full", 100, {0.8}), cell_of("n", "full", 100, {0.9}), cell_of("n", "random", 10, {0.5}),
                                   cell_of("n", "random", 10, {0.4}), cell_of("n", "small", 10, {0.6}), cell_of("n", "small", 10, {0.7})});
  evidence.full_accuracy = 0.1;
  EXPECT_NEAR(robust_scores(evidence)[0].lrs->mean, label_robust_score({0.7, 0.4}, 0.9), 1e-12);
  EXPECT_TRUE(robust_scores(evidence_of({cell_of("n", "random", 10, {0.5}), cell_of("n", "small", 10, {0.6})})).empty())
      << "of another protocol";
}

}  // namespace
}  // namespace decant
