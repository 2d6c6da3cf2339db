#include "decant/select/pools/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/test_support.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

using testing::ElementsAre;

/// Picks the largest rows of the pool.
Ranking largest_first(const PoolTask& pool, const Context&) {
  Ranking ranking;
  for (int64_t i = 0; i < pool.count; ++i) {
    ranking.order.push_back(pool.rows[pool.rows.size() - 1 - static_cast<size_t>(i)]);
    ranking.gains.push_back(static_cast<float>(10 - i));
  }
  return ranking;
}

const std::vector<int32_t> kLabels = {0, 1, 0, 1, 0, 1, 0, 0, 0, 0};
const std::vector<int64_t> kLeftOut = {9};

TEST(Ranking, PicksTheSharesOfEveryPoolAndPutsTheOthersBehind) {
  const Selection made = select_ranked("largest", 10, kLabels, kLeftOut, 3, {}, largest_first, {});
  EXPECT_THAT(made.order, ElementsAre(8, 7, 6, 0, 2, 4, 5, 3, 1)) << "one more of each was picked than is kept";
  EXPECT_THAT(made.bins, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, kNoBin));
  EXPECT_THAT(made.pools, ElementsAre(0, 1, 0, 1, 0, 1, 0, 0, 0, kNoBin));
  EXPECT_EQ(made.gains[8], 10);
  EXPECT_EQ(made.gains[0], 0);
  EXPECT_THAT(sample(made, {}, 3, 1), ElementsAre(5, 7, 8));
  EXPECT_THAT(sample(made, {}, 3, 2), ElementsAre(5, 7, 8)) << "there is no chance in a ranking";
}

TEST(Ranking, PicksAsManyOfEveryPoolWhereThatIsAsked) {
  const Selection made = select_ranked("largest", 10, kLabels, kLeftOut, 4, {.shares = Shares::equal}, largest_first, {});
  EXPECT_THAT(sample(made, {}, 4, 1, Shares::equal), ElementsAre(3, 5, 7, 8));
  EXPECT_THAT(sample(made, kLabels, 4, 1, Shares::equal), ElementsAre(3, 5, 7, 8));
  EXPECT_THAT(sample(made, {}, 4, 1), ElementsAre(5, 6, 7, 8)) << "six of one and three of the other";
}

TEST(Ranking, OnePoolWithoutLabelsOrWhenAsked) {
  const Selection made = select_ranked("largest", 10, kLabels, {}, 2, {.per_class = false}, largest_first, {});
  EXPECT_THAT(sample(made, {}, 2, 0), ElementsAre(8, 9));
  EXPECT_EQ(made.pool_count, 1);
}

TEST(Ranking, ServesOnlyTheNumbersItWasMadeFor) {
  const Selection upto = select_ranked("largest", 10, {}, {}, 4, {}, largest_first, {});
  EXPECT_THAT(sample(upto, {}, 2, 0), ElementsAre(8, 9));
  expect_says(message_of([&] { sample(upto, {}, 5, 0); }), {"largest", "up to 4", "not for 5", "--keep"});
  const Selection alone = select_ranked("largest", 10, {}, {}, 4, {.valid_sizes = ValidSizes::count_alone}, largest_first, {});
  EXPECT_EQ(sample(alone, {}, 4, 0).size(), 4u);
  expect_says(message_of([&] { sample(alone, {}, 3, 0); }), {"is for 4 rows", "not for 3"});
}

TEST(Ranking, ServesSmallerNumbersWhereAPoolsShareIsLarger) {
  std::vector<int32_t> labels;
  for (const int size : {6, 6, 2}) labels.insert(labels.end(), static_cast<size_t>(size), static_cast<int32_t>(labels.size()));
  const auto of_last_pool = [&](int64_t kept_of, int64_t count) {
    const Selection made = select_ranked("largest", 14, labels, {}, kept_of, {}, largest_first, {});
    const Subset kept = sample(made, {}, count, 0);
    return std::vector<int64_t>(std::ranges::lower_bound(kept, 12), kept.end());
  };
  ASSERT_EQ(of_last_pool(10, 10).size(), 2u);
  ASSERT_EQ(of_last_pool(11, 11).size(), 1u) << "the Alabama paradox";
  EXPECT_EQ(of_last_pool(11, 10), of_last_pool(10, 10));
  for (int64_t count = 1; count < 14; ++count) {
    const Selection large = select_ranked("largest", 14, labels, {}, 13, {}, largest_first, {});
    EXPECT_EQ(sample(large, {}, count, 0), sample(select_ranked("largest", 14, labels, {}, count, {}, largest_first, {}), {}, count, 0));
  }
}

TEST(Ranking, KeepsToTheTiesThatItWasMadeWith) {
  std::vector<int32_t> labels;
  for (int32_t label = 0; label < 8; ++label) labels.insert(labels.end(), 5, label);
  std::set<Subset> seen;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const ValidSizes sizes : {ValidSizes::count_alone, ValidSizes::up_to_count}) {
      const Selection made = select_ranked("largest", 40, labels, {}, 4, {.valid_sizes = sizes, .seed = seed}, largest_first, {});
      const Subset kept = sample(made, {}, 4, seed);
      EXPECT_EQ(sample(made, {}, 4, seed + 1), kept);
      for (const int64_t row : kept) EXPECT_EQ(made.gains[static_cast<size_t>(row)], 10) << "the first of its pool, not one never ranked";
      seen.insert(kept);
    }
  }
  EXPECT_GT(seen.size(), 10u) << "of 70";
  Selection old = select_ranked("largest", 40, labels, {}, 4, {}, largest_first, {});
  old.ties.reset();
  EXPECT_THAT(sample(old, {}, 4, 9), ElementsAre(4, 9, 14, 19)) << "the smaller labels, as they were made";
}

TEST(Ranking, RefusesCountsThatCannotBe) {
  expect_says(message_of([&] { select_ranked("largest", 10, kLabels, kLeftOut, 10, {}, largest_first, {}); }), {"10 of 9 usable rows"});
  expect_says(message_of([&] { select_ranked("largest", 10, kLabels, {}, 0, {}, largest_first, {}); }), {"0 of 10"});
}

TEST(Ranking, TiesFallToTheSmallerRow) {
  EXPECT_THAT(falling_order(std::vector<double>{1, 3, 3, 0, 3}), ElementsAre(1, 2, 4, 0, 3));
}

}  // namespace
}  // namespace decant
