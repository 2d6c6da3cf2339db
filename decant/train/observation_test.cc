#include "decant/train/observation.h"

#include <cmath>
#include <gtest/gtest.h>

namespace decant::train {
namespace {

double of(const Observation& seen, Dynamic what) {
  return seen[static_cast<size_t>(what)];
}

TEST(Observation, IsWhatItsFormulasSay) {
  const std::vector<float> logits = {1.0F, -0.5F, 2.0F, 0.25F};
  const std::vector<double> embedding = {0.5, -2, 1};
  double norm = 0;
  for (const double e : embedding) norm += e * e;
  for (int64_t label = 0; label < 4; ++label) {
    const Observation seen = observe(logits, label, std::sqrt(norm));
    double sum = 0;
    for (const float z : logits) sum += std::exp(static_cast<double>(z));
    double entropy = 0;
    double gradient = 0;  // ‖∂loss/∂(W, b)‖² written out: (p − onehot) ⊗ [e; 1]
    double error = 0;
    for (size_t c = 0; c < 4; ++c) {
      const double p = std::exp(static_cast<double>(logits[c])) / sum;
      const double b = p - (static_cast<int64_t>(c) == label ? 1 : 0);
      entropy -= p * std::log(p);
      error += b * b;
      gradient += b * b;
      for (const double e : embedding) gradient += b * b * e * e;
    }
    const double own = std::exp(static_cast<double>(logits[static_cast<size_t>(label)])) / sum;
    EXPECT_NEAR(of(seen, Dynamic::probability), own, 1e-12);
    EXPECT_NEAR(of(seen, Dynamic::loss), -std::log(own), 1e-12);
    EXPECT_NEAR(of(seen, Dynamic::error), std::sqrt(error), 1e-12);
    EXPECT_NEAR(of(seen, Dynamic::gradient), std::sqrt(gradient), 1e-12);
    EXPECT_NEAR(of(seen, Dynamic::entropy), entropy, 1e-12);
    EXPECT_NEAR(of(seen, Dynamic::margin), label == 2 ? 1.0 : logits[static_cast<size_t>(label)] - 2.0, 1e-12);
  }
}

TEST(Observation, StaysFiniteWhereProbabilitiesUnderflow) {
  const Observation wrong = observe(std::vector<float>{2000, -2000}, 1, 3);
  EXPECT_EQ(of(wrong, Dynamic::probability), 0);
  EXPECT_EQ(of(wrong, Dynamic::loss), 4000);
  EXPECT_EQ(of(wrong, Dynamic::margin), -4000);
  EXPECT_DOUBLE_EQ(of(wrong, Dynamic::error), std::sqrt(2.0));
  EXPECT_EQ(of(wrong, Dynamic::entropy), 0);
  const Observation right = observe(std::vector<float>{2000, -2000}, 0, 3);
  EXPECT_EQ(of(right, Dynamic::loss), 0);
  EXPECT_EQ(of(right, Dynamic::error), 0);
}

TEST(Observation, AMarginAboveZeroIsARightPrediction) {
  EXPECT_GT(of(observe(std::vector<float>{1, 0}, 0, 0), Dynamic::margin), 0);
  EXPECT_EQ(of(observe(std::vector<float>{1, 1}, 0, 0), Dynamic::margin), 0) << "a tie is not right";
}

}  // namespace
}  // namespace decant::train
