#include "decant/select/methods/zcore.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/select/methods/cloud_for_tests.h"

namespace decant {
namespace {

using testing::Each;
using testing::ElementsAre;

double plain_triangle(std::vector<double> values, double uniform) {
  std::sort(values.begin(), values.end());
  const double low = values.front();
  const double high = values.back();
  const double median = 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
  if (uniform * (high - low) < median - low) return low + std::sqrt(uniform * (high - low) * (median - low));
  return high - std::sqrt((1 - uniform) * (high - low) * (high - median));
}

/// Every round looks at all rows and sorts them. No column may be constant.
std::vector<double> plain_zcore(const Features& features, int64_t rounds, size_t neighbours, uint64_t seed) {
  const auto n = static_cast<size_t>(features.count());
  const auto width = static_cast<size_t>(features.width());
  std::vector<std::vector<double>> columns(width);
  for (size_t k = 0; k < width; ++k) {
    for (size_t i = 0; i < n; ++i) columns[k].push_back(static_cast<double>(features.matrix()[static_cast<int64_t>(i)][k]));
  }
  std::vector<double> scores(n, 0.0);
  for (int64_t round = 0; round < rounds; ++round) {
    Random random(seed, "zcore 0", static_cast<uint64_t>(round));
    const size_t a = random.below(width);
    size_t b = random.below(width - 1);
    if (b >= a) ++b;
    const double x = plain_triangle(columns[a], random.uniform());
    const double y = plain_triangle(columns[b], random.uniform());
    const auto sorted = [&](double to_x, double to_y) {
      std::vector<std::pair<double, size_t>> all;
      for (size_t i = 0; i < n; ++i) all.emplace_back(std::abs(columns[a][i] - to_x) + std::abs(columns[b][i] - to_y), i);
      std::sort(all.begin(), all.end());
      return all;
    };
    const size_t winner = sorted(x, y).front().second;
    scores[winner] += 1;
    auto near = sorted(columns[a][winner], columns[b][winner]);
    std::erase_if(near, [&](const auto& row) { return row.second == winner; });
    near.resize(std::min(near.size(), neighbours));
    double sum = 0;
    const auto weight = [&](double distance) {
      return near.front().first == 0 ? (distance == 0 ? 1.0 : 0.0) : std::pow(distance / near.front().first, -4);
    };
    for (const auto& row : near) sum += weight(row.first);
    for (const auto& row : near) scores[row.second] -= weight(row.first) / sum;
  }
  return scores;
}

TEST(Zcore, IsThePlainRounds) {
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const auto features =
        seed % 2 == 0 ? clouds::drawn(40 + static_cast<int64_t>(seed), 5, seed) : clouds::of_whole_numbers(60, 4, 6, seed);
    const auto rows = clouds::rows_to(features.count());
    for (const int64_t neighbours : {1, 7, 100}) {
      const ZcoreOptions options{.rounds = 200, .neighbours = neighbours, .seed = seed};
      const auto plain = plain_zcore(features, 200, static_cast<size_t>(neighbours), seed);
      const auto scores = zcore_scores(features, {.rows = rows}, options, {.threads = 1});
      EXPECT_EQ(scores, zcore_scores(features, {.rows = rows}, options, {.threads = 2}));
      for (size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(scores[i], plain[i], 1e-6) << seed << " " << i;
    }
  }
}

TEST(Zcore, EveryRoundAddsNothingInAll) {
  const auto features = clouds::drawn(50, 3, 2);
  const auto rows = clouds::rows_to(50);
  for (int64_t rounds = 1; rounds < 60; ++rounds) {
    double sum = 0;
    for (const double score : zcore_scores(features, {.rows = rows}, {.rounds = rounds}, {})) sum += score;
    EXPECT_EQ(sum, 0) << rounds;
  }
}

TEST(Zcore, TheRankingFallsWithTheScore) {
  const auto features = clouds::drawn(60, 4, 3);
  std::vector<int64_t> rows = clouds::rows_to(60);
  rows.erase(rows.begin() + 10, rows.begin() + 20);
  const Ranking ranking = zcore(features, {.rows = rows, .count = 5}, {.seed = 2}, {});
  EXPECT_TRUE(std::is_permutation(ranking.order.begin(), ranking.order.end(), rows.begin(), rows.end()));
  EXPECT_TRUE(std::is_sorted(ranking.gains.rbegin(), ranking.gains.rend()));
}

TEST(Zcore, ARowIsWorthMoreAloneThanInACrowd) {
  std::vector<float> values;
  Random random(1, "crowd");
  for (int i = 0; i < 200; ++i) {
    const double spread = i < 20 ? 3 : 0.01;  // 20 rows all over the place, 180 in a heap
    for (int k = 0; k < 4; ++k) values.push_back(static_cast<float>(spread * random.normal()));
  }
  const auto features = clouds::of_values(4, std::move(values));
  const auto rows = clouds::rows_to(200);
  const auto scores = zcore_scores(features, {.rows = rows}, {.rounds = 4000}, {});
  const double alone = std::accumulate(scores.begin(), scores.begin() + 20, 0.0) / 20;
  EXPECT_GT(alone, 10);
  EXPECT_GT(alone, 10 + *std::max_element(scores.begin() + 20, scores.end()) / 10);
}

TEST(Zcore, OfFarDuplicatesOneIsCoverageAndTheOthersPay) {
  std::vector<int64_t> from = clouds::rows_to(60);
  for (int i = 0; i < 4; ++i) from.push_back(59);  // row 59 five times
  auto cloud = clouds::drawn(60, 4, 5);
  std::vector<float> values(cloud.matrix().data, cloud.matrix().data + 240);
  for (size_t k = 236; k < 240; ++k) values[k] = 5;  // far out
  const auto features = clouds::taken(clouds::of_values(4, std::move(values)), from);
  const auto rows = clouds::rows_to(64);
  const auto scores = zcore_scores(features, {.rows = rows}, {.rounds = 3000}, {});
  EXPECT_GT(scores[59], 40) << "the first of them is the nearest to all that space";
  for (size_t i = 60; i < 64; ++i) EXPECT_NEAR(scores[i], -scores[59] / 4, 0.5) << "what it gains, the others lose alike";
}

TEST(Zcore, ConstantColumnsAreNotThere) {
  const auto features = clouds::drawn(30, 3, 4);
  std::vector<float> wider;
  for (int64_t i = 0; i < 30; ++i) {
    const auto x = features.matrix()[i];
    wider.insert(wider.end(), {7, x[0], x[1], 0, x[2]});
  }
  const auto rows = clouds::rows_to(30);
  const ZcoreOptions options{.rounds = 300};
  EXPECT_EQ(zcore_scores(clouds::of_values(5, wider), {.rows = rows}, options, {}), zcore_scores(features, {.rows = rows}, options, {}));
}

TEST(Zcore, OneColumnNoColumnOneRow) {
  const auto line = clouds::of_values(1, {0, 1, 2, 3, 4, 5, 6, 7});
  const auto rows = clouds::rows_to(8);
  double sum = 0;
  for (const double score : zcore_scores(line, {.rows = rows}, {.rounds = 500}, {})) sum += score;
  EXPECT_EQ(sum, 0);
  const auto same = clouds::of_values(2, std::vector<float>(16, 1.0F));
  EXPECT_THAT(zcore_scores(same, {.rows = rows}, {}, {}), Each(0));
  EXPECT_EQ(zcore(same, {.rows = rows, .count = 3}, {}, {}).order.size(), 8u);
  const std::vector<int64_t> one = {4};
  EXPECT_THAT(zcore(line, {.rows = one, .count = 1}, {}, {}).order, ElementsAre(4));
  const std::vector<int64_t> two = {4, 5};
  EXPECT_EQ(zcore(line, {.rows = two, .count = 0}, {}, {}).order.size(), 2u);
}

TEST(Zcore, SeedsAndPoolsHaveTheirOwnRounds) {
  const auto features = clouds::drawn(40, 3, 4);
  const auto rows = clouds::rows_to(40);
  const auto scores = [&](int32_t pool, uint64_t seed) {
    return zcore_scores(features, {pool, rows, 1}, {.rounds = 50, .seed = seed}, {});
  };
  EXPECT_EQ(scores(1, 1), scores(1, 1));
  EXPECT_NE(scores(1, 1), scores(1, 2));
  EXPECT_NE(scores(1, 1), scores(2, 1));
}

TEST(Zcore, RefusesOptionsAndStopsWhenCancelled) {
  const auto features = clouds::drawn(10, 3, 4);
  const auto rows = clouds::rows_to(10);
  expect_says(message_of([&] { zcore(features, {.rows = rows}, {.rounds = -1}, {}); }), {"-1 rounds"});
  expect_says(message_of([&] { zcore(features, {.rows = rows}, {.rounds = int64_t{1} << 31}, {}); }), {"2147483648 rounds"});
  expect_says(message_of([&] { zcore(features, {.rows = rows}, {.neighbours = 0}, {}); }), {"0 neighbours"});
  const std::atomic<bool> flag{true};
  EXPECT_THROW(zcore(features, {.rows = rows}, {}, {.cancel = &flag}), Cancelled);
}

}  // namespace
}  // namespace decant
