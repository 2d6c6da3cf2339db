#include "decant/select/methods/thinning.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/base/test_support.h"
#include "decant/kernels/distance.h"
#include "decant/select/geometry/neighbours.h"
#include "decant/select/methods/cloud_for_tests.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;

/// The visit word for word, at one strength.
std::vector<int64_t> plain_thinning(const Neighbours& near, int64_t count, double strength, uint64_t seed) {
  std::set<int64_t> kept, deleted;
  std::vector<int64_t> order;
  for (const int64_t row : Random(seed, "thinning 0 order", 0).permutation(count)) {
    if (deleted.count(row) > 0) continue;
    kept.insert(row);
    order.push_back(row);
    Random random(seed, "thinning 0", static_cast<uint64_t>(row));
    for (int64_t n = 0; n < near.each; ++n) {
      const double number = random.bits32() * 0x1p-32;
      const int64_t other = near.of(row)[static_cast<size_t>(n)];
      if (kept.count(other) == 0 && number < std::exp(-strength * static_cast<double>(n + 1))) deleted.insert(other);
    }
  }
  return order;
}

TEST(Thinning, IsTheVisitAtSomeStrength) {
  const auto features = clouds::drawn(80, 3, 1);
  const auto rows = clouds::rows_to(80);
  const Neighbours near = nearest_neighbours(features, rows, 6, {});
  for (const double strength : {0.05, 0.3, 1.0}) {
    const auto plain = plain_thinning(near, 80, strength, 4);
    const auto count = static_cast<int64_t>(plain.size());
    ASSERT_LT(count, 80);
    const Ranking ranking = thinning(features, {.rows = rows, .count = count}, {.neighbours = 6, .seed = 4}, {});
    // Another strength may leave as many rows, so the oracle is asked at a range of them.
    bool found = false;
    for (double other = strength - 0.2; other < strength + 0.2; other += 0.002)
      found |= plain_thinning(near, 80, other, 4) == ranking.order;
    EXPECT_TRUE(found) << strength;
    EXPECT_GE(std::accumulate(ranking.gains.begin(), ranking.gains.end(), 0.0F), 80) << "every row is kept or deleted by a kept one";
  }
}

TEST(Thinning, KeepsExactlyAsManyAsAskedFor) {
  Random random(3, "thinning counts");
  for (int round = 0; round < 60; ++round) {
    const auto count = static_cast<int64_t>(1 + random.below(40));
    const auto features =
        round % 2 == 0 ? clouds::drawn(count, 2, random.bits64()) : clouds::of_whole_numbers(count, 2, 2, random.bits64());
    std::vector<int64_t> rows = clouds::rows_to(count);
    if (count > 5) rows.erase(rows.begin() + 2);
    const auto kept = static_cast<int64_t>(random.below(rows.size() + 1));
    const auto k = static_cast<int64_t>(1 + random.below(5));
    const Ranking ranking = thinning(features, {.rows = rows, .count = kept}, {.neighbours = k, .seed = random.bits64()}, {});
    const std::set<int64_t> distinct(ranking.order.begin(), ranking.order.end());
    EXPECT_EQ(static_cast<int64_t>(ranking.order.size()), kept);
    EXPECT_EQ(ranking.gains.size(), ranking.order.size());
    EXPECT_EQ(distinct.size(), ranking.order.size());
    EXPECT_TRUE(std::includes(rows.begin(), rows.end(), distinct.begin(), distinct.end()));
  }
}

TEST(Thinning, LeavesRowsFartherApartThanChanceDoes) {
  const auto features = clouds::drawn(300, 2, 7);
  const auto rows = clouds::rows_to(300);
  const auto nearest_kept = [&](const std::vector<int64_t>& order) {
    double sum = 0;
    const auto kept = clouds::taken(features, order);
    const auto near = nearest_neighbours(kept, clouds::rows_to(kept.count()), 1, {});
    for (const double distance : near.distances) sum += distance;
    return sum / static_cast<double>(order.size());
  };
  for (const int64_t count : {30, 60, 150}) {
    const Ranking ranking = thinning(features, {.rows = rows, .count = count}, {.seed = 1}, {});
    double chance = 0;
    for (uint64_t seed = 0; seed < 8; ++seed) {
      auto order = Random(seed).permutation(300);
      order.resize(static_cast<size_t>(count));
      chance += nearest_kept(order) / 8;
    }
    EXPECT_GT(nearest_kept(ranking.order), 1.15 * chance) << count;
  }
}

TEST(Thinning, OfDuplicatesOneIsLeft) {
  std::vector<int64_t> five_times;
  for (int64_t row = 0; row < 100; ++row) five_times.push_back(row / 5);
  const auto features = clouds::taken(clouds::drawn(20, 3, 2), five_times);
  const auto rows = clouds::rows_to(100);
  const Ranking ranking = thinning(features, {.rows = rows, .count = 20}, {.neighbours = 4, .seed = 3}, {});
  std::set<int64_t> groups;
  for (const int64_t row : ranking.order) groups.insert(row / 5);
  EXPECT_EQ(groups.size(), 20u);
  EXPECT_THAT(ranking.gains, Each(5));
}

TEST(Thinning, IsTheSameForAnyThreadsAndAnotherForAnotherSeed) {
  const auto features = clouds::drawn(120, 4, 5);
  const auto rows = clouds::rows_to(120);
  const auto order = [&](uint64_t seed, int threads) {
    return thinning(features, {.rows = rows, .count = 40}, {.seed = seed}, {.threads = threads}).order;
  };
  EXPECT_EQ(order(1, 1), order(1, 2));
  EXPECT_NE(order(1, 1), order(2, 1));
}

TEST(Thinning, BelowItsReachWhatIsLeftIsThinnedAgain) {
  const auto features = clouds::drawn(200, 2, 6);
  const auto rows = clouds::rows_to(200);
  for (const int64_t count : {1, 2, 5, 17}) {
    const Ranking ranking = thinning(features, {.rows = rows, .count = count}, {.neighbours = 3, .seed = 5}, {});
    EXPECT_EQ(static_cast<int64_t>(ranking.order.size()), count);
    EXPECT_LE(std::accumulate(ranking.gains.begin(), ranking.gains.end(), 0.0F), 200);
  }
  EXPECT_THAT(thinning(features, {.rows = rows, .count = 1}, {.neighbours = 3}, {}).gains, ElementsAre(200));
}

TEST(Thinning, SmallPools) {
  const auto features = clouds::drawn(4, 2, 1);
  const std::vector<int64_t> one = {3};
  EXPECT_THAT(thinning(features, {.rows = one, .count = 1}, {}, {}).order, ElementsAre(3));
  EXPECT_TRUE(thinning(features, {.rows = one, .count = 0}, {}, {}).order.empty());
  const auto rows = clouds::rows_to(4);
  EXPECT_EQ(thinning(features, {.rows = rows, .count = 4}, {}, {}).order.size(), 4u);
  expect_says(message_of([&] { thinning(features, {.rows = rows, .count = 1}, {.neighbours = 0}, {}); }), {"0 neighbours"});
}

}  // namespace
}  // namespace decant
