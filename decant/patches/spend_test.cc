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

/// Everybody sees the least difference.
double seen_error(int64_t, int step) {
  return step == 0 ? 0 : 1e9;
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

double bytes_on(const Coarseness& coarse, const Subset& rows) {
  double sum = 0;
  for (const int64_t row : rows) sum += static_cast<double>(made_up_bytes(row, coarse.of(row)));
  return sum;
}

TEST(CoarsenessBesideRows, TakesItsShareOfThePictures) {
  const Subset rows = Subset::all(20'000);
  const double whole = bytes_on(Coarseness(), rows);
  for (const double share : {0.001, 0.02, 0.1, 0.3, 0.7, 0.99}) {
    const Coarseness coarse =
        coarseness_beside_rows(rows, 10, made_up_bytes, seen_error, static_cast<int64_t>(share * whole), 3, {.threads = 2});
    EXPECT_NEAR(bytes_on(coarse, rows) / whole, share_of_picture(share), 0.005) << share;
  }
  EXPECT_EQ(coarseness_beside_rows(rows, 10, made_up_bytes, seen_error, static_cast<int64_t>(whole) + 100'000, 3, {}).step, 0)
      << "everything fits";
}

TEST(CoarsenessBesideRows, IsTheLastStepWhereNotOneRowFits) {
  const Coarseness coarse = coarseness_beside_rows(Subset::all(3), 10, made_up_bytes, seen_error, 900, 3, {});
  EXPECT_EQ(coarse.step, 9);
  EXPECT_EQ(coarse.of(1), 9);
}

TEST(CoarsenessBesideRows, GoesAsFarAsNobodySeesWhileThatBuysRows) {
  const Subset rows = Subset::all(20'000);
  const auto coarse_at = [&](double share) {
    const auto budget = static_cast<int64_t>(share * bytes_on(Coarseness(), rows));
    return coarseness_beside_rows(rows, 10, made_up_bytes, made_up_error, budget, 3, {.threads = 2});
  };
  const Coarseness coarse = coarse_at(0.3);
  EXPECT_EQ(coarse.step, 4) << "the square of 4 is kUnseenError, and a step further there are still too few bytes for all";
  EXPECT_EQ(coarse.above, 0);
  EXPECT_GT(bytes_on(coarse, rows), 0.3 * bytes_on(Coarseness(), rows));
  const double first = bytes_on(Coarseness{.step = 1}, rows) / bytes_on(Coarseness(), rows);
  EXPECT_EQ(coarse_at(1.02 * first).step, 1) << "all rows fit on step 1";
}

TEST(CoarsenessBesideRows, DividesTheBudget) {
  for (const double share : {1.0, 0.4, 0.05, 0.001}) EXPECT_NEAR(share_of_picture(share) * share_of_rows(share), share, 1e-12);
  EXPECT_LT(share_of_rows(0.05), share_of_picture(0.05)) << "rows are given up first";
  EXPECT_LT(share_of_picture(kMostForCoarser), 1);
  EXPECT_EQ(share_of_picture(1.001 * kMostForCoarser), 1) << "a larger budget buys rows alone";
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
