#include "decant/pipeline/judging/length_matched.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

int64_t total(const std::vector<int64_t>& lengths, const Subset& rows) {
  int64_t sum = 0;
  for (const int64_t row : rows) sum += lengths[static_cast<size_t>(row)];
  return sum;
}

TEST(LengthMatched, RowsAreAsManyAndAsLongAndOthers) {
  std::vector<int64_t> lengths;
  Random random(1, "lengths");
  for (int i = 0; i < 4000; ++i) lengths.push_back(1 + static_cast<int64_t>(random.below(1 + random.below(300))));
  std::vector<int64_t> odd, longest;
  for (int64_t row = 1; row < 4000; row += 2) {
    odd.push_back(row);  // the even ones are out of the question
    if (lengths[static_cast<size_t>(row)] > 120 && longest.size() < 100) longest.push_back(row);
  }
  const Subset pool(odd), like(longest);
  const Subset drawn = draw_as_long(lengths, pool, like, 3);
  EXPECT_EQ(drawn.size(), like.size());
  EXPECT_EQ(drawn.without(pool), Subset());
  EXPECT_LT(like.without(drawn).size(), like.size());
  EXPECT_GT(drawn.without(like).size(), 20u) << "others";
  EXPECT_NEAR(static_cast<double>(total(lengths, drawn)) / static_cast<double>(total(lengths, like)), 1, 0.03);
  EXPECT_EQ(draw_as_long(lengths, pool, like, 3), drawn);
  EXPECT_NE(draw_as_long(lengths, pool, like, 4), drawn);
  EXPECT_EQ(draw_as_long(lengths, pool, pool, 4), pool) << "all there are";
  EXPECT_EQ(draw_as_long(std::vector<int64_t>(4000, 7), pool, like, 1).size(), like.size()) << "equal lengths are one part";
}

}  // namespace
}  // namespace decant
