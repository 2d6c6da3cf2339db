#include "decant/select/rules/band.h"

#include <gtest/gtest.h>
#include <map>
#include <numeric>

#include "decant/select/rules/rules_for_tests.h"

namespace decant {
namespace {

TEST(Band, DrawsFromTheMiddleAndFromNoWiderThanAsked) {
  std::vector<double> scores(100);
  std::iota(scores.begin(), scores.end(), 0.0);
  const auto rows = first_rows(100);
  std::map<int64_t, int> drawn;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    for (const int64_t row : kept(band(scores, {0, rows, 10}, {.width = 0.4, .seed = seed}), 10)) ++drawn[row];
  }
  EXPECT_EQ(drawn.begin()->first, 30);
  EXPECT_EQ(drawn.rbegin()->first, 69);
  for (const auto& [row, times] : drawn) EXPECT_NEAR(times, 100, 60) << row;
  EXPECT_EQ(kept(band(scores, {0, rows, 80}, {.width = 0.4}), 80).front(), 10) << "more than the band: the middle 80";
  EXPECT_EQ(kept(band(scores, {0, rows, 20}, {.width = 0.2, .shift = 0.9}), 20).back(), 19) << "at most to the easy end";
}

}  // namespace
}  // namespace decant
