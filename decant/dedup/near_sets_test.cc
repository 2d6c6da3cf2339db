#include "decant/dedup/near_sets.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <tuple>

#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

using SetsOfRows = std::vector<std::vector<uint64_t>>;

/// Sets of 0 to 40 numbers; every third is an earlier one with some members changed, so that there
/// are pairs of every similarity, equal sets and empty ones among them.
SetsOfRows drawn_sets(int64_t count, uint64_t seed) {
  SetsOfRows sets;
  for (int64_t row = 0; row < count; ++row) {
    Random random(seed, "sets", static_cast<uint64_t>(row));
    std::set<uint64_t> members;
    if (row > 0 && row % 3 == 0) {
      const auto& from = sets[random.below(static_cast<uint64_t>(row))];
      members.insert(from.begin(), from.end());
      for (uint64_t changes = random.below(8); changes > 0 && !members.empty(); --changes) {
        members.erase(members.begin());
        members.insert(random.bits64());
      }
    } else {
      for (uint64_t size = random.below(41); size > 0; --size) members.insert(random.bits64());
    }
    sets.emplace_back(members.begin(), members.end());
  }
  return sets;
}

OpenSets opened(const SetsOfRows& sets) {
  return [&sets] { return [&sets](int64_t row, std::vector<uint64_t>& members) { members = sets[static_cast<size_t>(row)]; }; };
}

std::vector<int64_t> rows_of(const SetsOfRows& sets) {
  std::vector<int64_t> rows(sets.size());
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

TEST(NearSets, AreNoneButThoseOfEveryPairMeasuredAndNearlyAll) {
  const SetsOfRows sets = drawn_sets(900, 1);
  for (const double threshold : {0.3, 0.5, 0.7, 0.8, 0.9, 1.0}) {
    const auto all = near_sets_plain(opened(sets), rows_of(sets), threshold);
    const auto found = near_sets(opened(sets), rows_of(sets), threshold, 0, {.threads = 1});
    ASSERT_GT(all.size(), 20u) << threshold;
    EXPECT_TRUE(std::ranges::includes(all, found, [](const NearPair& a, const NearPair& b) {
      return std::tie(a.row, a.other, a.similarity) < std::tie(b.row, b.other, b.similarity);
    })) << threshold;
    EXPECT_GE(static_cast<double>(found.size()), 0.99 * static_cast<double>(all.size())) << threshold;
  }
}

TEST(NearSets, AreTheSameForAnyNumberOfThreadsAndOfRowsAsNamed) {
  const SetsOfRows sets = drawn_sets(9000, 2);
  std::vector<int64_t> rows = rows_of(sets);
  const auto one = near_sets(opened(sets), rows, 0.7, 3, {.threads = 1});
  EXPECT_TRUE(near_sets(opened(sets), rows, 0.7, 3, {.threads = 3}) == one);
  EXPECT_TRUE(std::ranges::is_sorted(one, {}, [](const NearPair& pair) { return std::tie(pair.row, pair.other); }));
  std::erase_if(rows, [](int64_t row) { return row % 2 == 1; });
  std::vector<NearPair> even = one;
  std::erase_if(even, [](const NearPair& pair) { return pair.row % 2 == 1 || pair.other % 2 == 1; });
  EXPECT_TRUE(near_sets(opened(sets), rows, 0.7, 3, {}) == even);
}

TEST(NearSets, OfABucketOfManyRowsAreAllPairsOnce) {
  SetsOfRows sets(300, {1, 5, 9});
  sets[17] = {};
  sets[200] = {1, 5, 8};
  const auto found = near_sets(opened(sets), rows_of(sets), 1, 0, {.threads = 2});
  EXPECT_EQ(found.size(), 298u * 297 / 2);
  EXPECT_TRUE(found == near_sets_plain(opened(sets), rows_of(sets), 1));
  expect_says(message_of([&] { near_sets(opened(sets), rows_of(sets), 0.9, 0, {}, 44252); }), {"more than 44,252 pairs", "--threshold"});
}

TEST(NearSets, AreMissedAsOftenAsTheCurveSays) {
  const Bands bands = bands_for(0.8);
  EXPECT_EQ(bands.length, 6);
  EXPECT_EQ(bands.count, 21);
  EXPECT_NEAR(bands.recall(0.8), 0.9983, 1e-4);
  EXPECT_LE(bands_for(0.5).length, 3);
  EXPECT_EQ(bands_for(1).recall(1), 1);
  for (const double threshold : {0.1, 0.3, 0.5, 0.7, 0.95}) EXPECT_GE(bands_for(threshold).recall(threshold), 0.99) << threshold;
  // A pair of similarity 0.75, looked for with the permutations of many seeds.
  SetsOfRows sets(2);
  for (uint64_t member = 0; member < 80; ++member) {
    const uint64_t drawn = Random(9, "members", member).bits64();
    if (member < 70) sets[0].push_back(drawn);
    if (member >= 20 || member < 10) sets[1].push_back(drawn);
  }
  for (auto& set : sets) std::ranges::sort(set);
  const double similarity = 60.0 / 80.0;
  ASSERT_EQ(near_sets_plain(opened(sets), rows_of(sets), 0.1)[0].similarity, similarity);
  int found = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) found += static_cast<int>(near_sets(opened(sets), rows_of(sets), 0.75, seed, {}).size());
  const double expected = bands_for(0.75).recall(similarity);
  EXPECT_NEAR(found / 400.0, expected, 5 * std::sqrt(expected * (1 - expected) / 400));
}

TEST(NearSets, StopWhenCancelled) {
  const std::atomic<bool> flag{true};
  const SetsOfRows sets = drawn_sets(50, 4);
  EXPECT_THROW(near_sets(opened(sets), rows_of(sets), 0.9, 0, {.cancel = &flag}), Cancelled);
}

}  // namespace
}  // namespace decant
