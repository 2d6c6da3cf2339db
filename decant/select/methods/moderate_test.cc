#include "decant/select/methods/moderate.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/select/methods/cloud_for_tests.h"

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Moderate, TakesTheMiddleOfTheDistancesToTheMedian) {
  // The median is 5; distances 5, 0, 1, 100, 2.
  const auto features = clouds::of_values(1, {0, 5, 6, 105, 3});
  const auto rows = clouds::rows_to(5);
  const Ranking ranking = moderate(features, {.rows = rows, .count = 2}, {});
  EXPECT_THAT(ranking.order, ElementsAre(4, 2, 0, 1, 3));
  EXPECT_THAT(ranking.gains, ElementsAre(2, 1, 5, 0, 100));
}

TEST(Moderate, EvenNumbersHaveTwoMiddles) {
  const auto features = clouds::of_values(1, {0, 1, 2, 10});  // median 1.5
  const auto rows = clouds::rows_to(4);
  EXPECT_THAT(moderate(features, {.rows = rows}, {}).order, ElementsAre(2, 0, 1, 3)) << "distances 1.5, .5, .5, 8.5";
}

TEST(Moderate, AnyNumberIsTheWindowAroundTheMedianRank) {
  for (const int64_t count : {1, 2, 9, 10}) {
    const auto features = clouds::drawn(count, 3, static_cast<uint64_t>(count), 4);
    const auto rows = clouds::rows_to(count);
    const Ranking ranking = moderate(features, {.rows = rows}, {});
    std::vector<float> sorted = ranking.gains;
    std::ranges::sort(sorted);
    for (int64_t kept = 0; kept <= count; ++kept) {
      std::vector<float> first(ranking.gains.begin(), ranking.gains.begin() + kept);
      std::ranges::sort(first);
      const auto begin = sorted.begin() + (count - kept) / 2;
      EXPECT_EQ(first, std::vector<float>(begin, begin + kept)) << count << " " << kept;
    }
  }
}

TEST(Moderate, RowsInAnotherOrderAreTheSameChoice) {
  const auto features = clouds::drawn(81, 5, 3);
  const auto rows = clouds::rows_to(81);
  const auto turned = Random(5).permutation(81);
  const Ranking here = moderate(features, {.rows = rows}, {.threads = 1});
  const Ranking there = moderate(clouds::taken(features, turned), {.rows = rows}, {.threads = 2});
  for (size_t i = 0; i < 81; ++i) EXPECT_EQ(turned[static_cast<size_t>(there.order[i])], here.order[i]) << i;
  EXPECT_EQ(there.gains, here.gains);
}

TEST(Moderate, EqualRowsComeInTheirOrderAroundTheMiddle) {
  const auto features = clouds::of_values(2, std::vector<float>(10, 1.0F));
  const std::vector<int64_t> rows = {0, 1, 2, 3, 4};
  EXPECT_THAT(moderate(features, {.rows = rows}, {}).order, ElementsAre(2, 1, 3, 0, 4));
}

}  // namespace
}  // namespace decant
