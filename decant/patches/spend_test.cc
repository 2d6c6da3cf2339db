#include "decant/patches/spend.h"

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

TEST(LargestCount, IsTheLastThatFits) {
  const auto bytes = [](int64_t count) { return 10 * count; };
  EXPECT_EQ(largest_count(100, bytes, 555), 55);
  EXPECT_EQ(largest_count(100, bytes, 5000), 100);
  EXPECT_EQ(largest_count(100, bytes, 9), 0);
}

TEST(Ladders, BeginWithTheFileAsItIs) {
  EXPECT_EQ(quality_ladder()->reduction(0, 0).quality, 0);
  EXPECT_EQ(quality_ladder()->reduction(53, 0).quality, 47);
  EXPECT_EQ(quality_ladder()->words(53), "quality 47");
  EXPECT_EQ(resolution_ladder()->reduction(0, 0).eighths, 8);
  EXPECT_EQ(resolution_ladder()->reduction(7, 0).eighths, 1);
}

}  // namespace
}  // namespace decant::patches
