#include "decant/select/rules/top.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace decant {
namespace {

using testing::ElementsAre;

TEST(Top, FallingScoresTiesToTheSmallerRow) {
  const std::vector<double> scores = {0, 5, 9, 5, -1, 7};
  const std::vector<int64_t> rows = {1, 2, 3, 4, 5};
  const Ranking ranking = top(scores, {0, rows, 2});
  EXPECT_THAT(ranking.order, ElementsAre(2, 5, 1, 3, 4));
  EXPECT_THAT(ranking.gains, ElementsAre(9, 7, 5, 5, -1));
}

}  // namespace
}  // namespace decant
