#include "decant/patches/spend.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant::patches {
namespace {

/// Row r takes 1000 + r % 7 bytes on step 0, and a tenth less with each step.
int64_t made_up_bytes(int64_t row, int step) {
  return (1000 + row % 7) * (10 - step) / 10;
}

int64_t bytes_on(const Steps& steps, const Subset& rows) {
  int64_t sum = 0;
  for (const int64_t row : rows) sum += made_up_bytes(row, steps.of(row));
  return sum;
}

/// Of step s: s².
double made_up_error(int64_t, int step) {
  return step * step;
}

TEST(HighestSteps, MeetABudgetToWithinAPicture) {
  const Subset rows = Subset::all(1000);
  for (const int64_t budget : {150'000, 333'333, 500'000, 777'777, 1'000'000}) {
    const Steps steps = highest_steps(rows, 10, made_up_bytes, budget, 3, {.threads = 2});
    EXPECT_EQ(bytes_on(steps, rows), steps.bytes);
    EXPECT_LE(steps.bytes, budget);
    EXPECT_GT(steps.bytes, budget - 120) << "one more row fits a step higher";
  }
}

TEST(HighestSteps, StayOnTheFirstWhereEverythingFits) {
  const Steps steps = highest_steps(Subset::all(10), 10, made_up_bytes, 1'000'000, 3, {});
  EXPECT_EQ(steps.step, 0);
  EXPECT_TRUE(steps.above.empty());
}

TEST(HighestSteps, NameTheLeastBytesWhereNothingFits) {
  EXPECT_THAT(message_of([] { highest_steps(Subset::all(10), 10, made_up_bytes, 500, 3, {}); }),
              testing::HasSubstr("the least that can be left takes"));
}

TEST(HighestSteps, DoNotDependOnThreads) {
  const Subset rows = Subset::all(2000);
  const Steps one = highest_steps(rows, 10, made_up_bytes, 1'234'567, 5, {.threads = 1});
  const Steps two = highest_steps(rows, 10, made_up_bytes, 1'234'567, 5, {.threads = 2});
  EXPECT_EQ(one.step, two.step);
  EXPECT_EQ(one.above, two.above);
}

TEST(StepBesideRows, IsTheLeastOfTheLaw) {
  // Step s takes 1 − s/10 of the bytes and has an error of s².
  const Subset rows = Subset::all(20'000);
  const double whole = 20'000 * 1003.0;
  for (const double share : {0.001, 0.02, 0.1, 0.3, 0.7, 0.99}) {
    for (const int64_t classes : {2, 10, 400}) {
      const auto expected = [&](int step) {
        const double kept = std::min(1.0, share * 10 / (10 - step)) * 20'000;
        return cost_of_coarseness(step * step) -
               worth_of_rows(std::max(1.0, share * 20'000 / static_cast<double>(classes))) * std::log2(kept);
      };
      int best = 0;
      for (int step = 1; step < 10; ++step) best = expected(step) < expected(best) - 1e-4 ? step : best;
      const int found =
          step_beside_rows(rows, 10, made_up_bytes, made_up_error, static_cast<int64_t>(share * whole), classes, {.threads = 2});
      EXPECT_NEAR(expected(found), expected(best), 1e-3) << share << " of " << classes << " classes";
    }
  }
}

TEST(StepBesideRows, IsTheLastWhereNotOneRowFits) {
  EXPECT_EQ(step_beside_rows(Subset::all(3), 10, made_up_bytes, made_up_error, 900, 1, {}), 9);
}

TEST(StepBesideRows, IsFineWhereEverythingFits) {
  EXPECT_EQ(step_beside_rows(Subset::all(100), 10, made_up_bytes, made_up_error, 200'000, 1, {}), 0);
}

TEST(StepBesideRows, FewRowsAreWorthMoreThanFinePictures) {
  EXPECT_EQ(worth_of_rows(50), worth_of_rows(500));
  EXPECT_LT(worth_of_rows(700), worth_of_rows(500));
  EXPECT_EQ(worth_of_rows(1000), worth_of_rows(1e6));
  EXPECT_EQ(cost_of_coarseness(0), 0);
  EXPECT_EQ(cost_of_coarseness(16), 0) << "36 dB";
  EXPECT_NEAR(cost_of_coarseness(160), 0.001 * 10 * 10, 0.002) << "26 dB";
}

TEST(LargestCount, IsTheLastThatFitsWhateverTheGuess) {
  const auto bytes = [](int64_t count) { return 10 * count; };
  for (const int64_t guess : {0, 1, 54, 55, 56, 99, 100, 1000}) {
    EXPECT_EQ(largest_count(100, guess, bytes, 555), 55) << guess;
    EXPECT_EQ(largest_count(100, guess, bytes, 5000), 100) << guess;
    EXPECT_EQ(largest_count(100, guess, bytes, 9), 0) << guess;
  }
}

TEST(LargestCount, AsksForNoMoreThanItNeeds) {
  int64_t largest = 0;
  const auto bytes = [&](int64_t count) {
    largest = std::max(largest, count);
    return 10 * count;
  };
  EXPECT_EQ(largest_count(50'000, 1'000, bytes, 10'500), 1'050);
  EXPECT_LT(largest, 1'200);
}

}  // namespace
}  // namespace decant::patches
