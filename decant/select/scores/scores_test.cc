#include "decant/select/scores/scores.h"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <memory>

#include "decant/base/test_support.h"
#include "decant/kernels/half.h"

namespace decant {
namespace {

/// A record of made-up values: every number of epoch t and row i is `value(what, t, i)`.
template <class Value>
Dynamics made_up(int64_t epochs, int64_t rows, Value&& value) {
  auto halves = std::make_shared<std::vector<uint16_t>>();
  for (size_t what = 0; what < kDynamicCount; ++what) {
    for (int64_t t = 0; t < epochs; ++t) {
      for (int64_t i = 0; i < rows; ++i) halves->push_back(float_to_half(static_cast<float>(value(static_cast<Dynamic>(what), t, i))));
    }
  }
  Dynamics::Records records{};
  for (size_t what = 0; what < kDynamicCount; ++what) records[what] = halves->data() + static_cast<int64_t>(what) * epochs * rows;
  return {epochs, rows, records, halves};
}

// Right (1) and wrong (0) of four rows over six epochs, margins ±1.
constexpr int kRight[4][6] = {{0, 1, 0, 1, 0, 1}, {0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1}, {1, 1, 1, 0, 0, 0}};

Dynamics right_and_wrong() {
  return made_up(6, 4, [](Dynamic, int64_t t, int64_t i) { return kRight[i][t] != 0 ? 1.0 : -1.0; });
}

TEST(Scores, ForgettingCountsTurnsAndNeverLearntAreTheHardest) {
  const auto scores = score_rows("forgetting", right_and_wrong(), {});
  EXPECT_EQ(std::floor(scores[0]), 2);
  EXPECT_EQ(std::floor(scores[1]), 6);
  EXPECT_EQ(std::floor(scores[2]), 0);
  EXPECT_EQ(std::floor(scores[3]), 1);
}

TEST(Scores, ForgettingBreaksTiesByMargin) {
  const auto never = made_up(3, 2, [](Dynamic, int64_t, int64_t i) { return i == 0 ? 4.0 : 2.0; });
  const auto scores = score_rows("forgetting", never, {});
  EXPECT_GT(scores[1], scores[0]) << "the smaller margin is the harder row";
  EXPECT_LT(scores[1] - scores[0], 1);
}

TEST(Scores, DualAndUncertaintyAreTheirFormulas) {
  constexpr int64_t kEpochs = 9;                                                                             // windows of 3
  const auto p = [](int64_t t, int64_t i) { return (1 + static_cast<double>((t * 7 + i * 3) % 11)) / 16; };  // exact in float16
  const Dynamics record = made_up(kEpochs, 5, [&](Dynamic, int64_t t, int64_t i) { return p(t, i); });
  EXPECT_EQ(window_of(kEpochs), 3);
  const auto dual = score_rows("dual", record, {});
  const auto uncertainty = score_rows("uncertainty", record, {.threads = 2});
  for (int64_t i = 0; i < 5; ++i) {
    double both = 0;
    double spread = 0;
    for (int64_t w = 0; w + 3 <= kEpochs; ++w) {
      const double mean = (p(w, i) + p(w + 1, i) + p(w + 2, i)) / 3;
      double squares = 0;
      for (int64_t t = w; t < w + 3; ++t) squares += (p(t, i) - mean) * (p(t, i) - mean);
      spread += 10 * std::sqrt(squares / 2);
      both += 10 * std::sqrt(squares / 2) * (1 - mean);
    }
    EXPECT_NEAR(dual[static_cast<size_t>(i)], both / 7, 1e-12);
    EXPECT_NEAR(uncertainty[static_cast<size_t>(i)], spread / 7, 1e-12);
  }
}

TEST(Scores, ProgressIsWhatTheLastThirdHasOverTheFirst) {
  // Learnt late, known from the start, unlearnt again, never learnt.
  constexpr double kP[4][9] = {{0.125, 0.125, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 0.875},
                               {0.875, 0.875, 0.875, 0.875, 0.875, 0.875, 0.875, 0.875, 0.875},
                               {0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25},
                               {0.125, 0, 0.125, 0.125, 0, 0.125, 0.125, 0, 0.125}};
  const auto progress = score_rows("progress", made_up(9, 4, [&](Dynamic, int64_t t, int64_t i) { return kP[i][t]; }), {.threads = 2});
  EXPECT_NEAR(progress[0], 2.375 / 3 - 0.5 / 3, 1e-12);
  EXPECT_EQ(progress[1], 0);
  EXPECT_EQ(progress[2], 0) << "not below zero";
  EXPECT_EQ(progress[3], 0);
}

TEST(Scores, MeansAreOverEpochsAndLargeIsDifficult) {
  const Dynamics record =
      made_up(4, 3, [](Dynamic, int64_t t, int64_t i) { return static_cast<double>(i) + 0.25 * static_cast<double>(t); });
  for (const char* name : {"el2n", "grand", "loss", "entropy"}) EXPECT_DOUBLE_EQ(score_rows(name, record, {})[2], 2.375) << name;
  EXPECT_DOUBLE_EQ(score_rows("aum", record, {})[2], -2.375);
  EXPECT_DOUBLE_EQ(score_rows("margin", record, {})[2], -2.75);
  EXPECT_DOUBLE_EQ(score_rows("confidence", record, {})[0], 1 - 0.375);
  EXPECT_DOUBLE_EQ(mean_probability(record, {})[1], 1.375);
}

TEST(Scores, RowsLeftOutAreNaNAndTheOthersAreNot) {
  const Dynamics record =
      made_up(3, 2, [](Dynamic, int64_t, int64_t i) { return i == 0 ? std::numeric_limits<double>::quiet_NaN() : 0.5; });
  for (const std::string& name : score_names()) {
    const auto scores = score_rows(name, record, {});
    EXPECT_TRUE(std::isnan(scores[0])) << name;
    EXPECT_TRUE(std::isfinite(scores[1])) << name;
  }
  EXPECT_TRUE(std::isnan(mean_probability(record, {})[0]));
}

TEST(Scores, RefusesUnknownNamesAndShortRecords) {
  const Dynamics one = made_up(1, 1, [](Dynamic, int64_t, int64_t) { return 0.5; });
  expect_says(message_of([&] { score_rows("duel", one, {}); }), {"duel", "dual"});
  expect_says(message_of([&] { score_rows("dual", one, {}); }), {"2 epochs", "has 1"});
}

TEST(Scores, AccuracyIsTheShareOfMarginsAboveZero) {
  EXPECT_THAT(accuracy_of(right_and_wrong()), testing::ElementsAre(0.5, 0.75, 0.5, 0.5, 0.25, 0.5));
}

}  // namespace
}  // namespace decant
