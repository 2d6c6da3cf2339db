#include "decant/select/methods/facility_location.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <vector>

#include "decant/kernels/dot.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The rule, word for word: all pairs, every gain at every pick.
class PlainFacility {
 public:
  PlainFacility(const DrawnRows& rows, std::span<const int64_t> pool, const FacilityLocationOptions& options)
      : pool_(pool.begin(), pool.end()), values_(pool.size(), std::vector<double>(pool.size())), covered_(pool.size(), 0.0) {
    const auto norm = [&](size_t i) {
      const double squared = dot(rows.row(pool_[i]), rows.row(pool_[i]));
      return squared > 0 ? 1 / std::sqrt(squared) : 0;
    };
    for (size_t j = 0; j < pool_.size(); ++j) {
      const double weight = options.weights.empty() ? 1 : options.weights[j];
      for (size_t i = 0; i < pool_.size(); ++i) {
        const double cosine = norm(i) * norm(j) * dot(rows.row(pool_[i]), rows.row(pool_[j]));
        values_[j][i] = weight * (options.similarity == Similarity::positive_cosine ? std::max(0.0, cosine) : 0.5 + 0.5 * cosine);
      }
    }
  }

  double gain(size_t j) const {  // pools of one block of 4,096
    double sum = 0;
    for (size_t i = 0; i < pool_.size(); ++i) sum += std::max(0.0, values_[j][i] - covered_[i]);
    return sum;
  }

  Ranking pick(int64_t count) {
    Ranking ranking;
    std::vector<bool> picked(pool_.size(), false);
    for (int64_t t = 0; t < count; ++t) {
      size_t best = pool_.size();
      double most = -1;
      for (size_t j = 0; j < pool_.size(); ++j) {
        if (picked[j] || !(gain(j) > most)) continue;
        best = j;
        most = gain(j);
      }
      picked[best] = true;
      ranking.order.push_back(pool_[best]);
      ranking.gains.push_back(static_cast<float>(most));
      for (size_t i = 0; i < pool_.size(); ++i) covered_[i] = std::max(covered_[i], values_[best][i]);
    }
    return ranking;
  }

  double value_of(uint32_t set) const {
    double sum = 0;
    for (size_t i = 0; i < pool_.size(); ++i) {
      double best = 0;
      for (size_t j = 0; j < pool_.size(); ++j) {
        if ((set >> j & 1U) != 0) best = std::max(best, values_[j][i]);
      }
      sum += best;
    }
    return sum;
  }

 private:
  std::vector<int64_t> pool_;
  std::vector<std::vector<double>> values_;
  std::vector<double> covered_;
};

/// With pairs and without, on one thread and two.
void expect_plain_greedy(const DrawnRows& rows, int64_t count, FacilityLocationOptions options = {}) {
  const auto pool = rows.all();
  const Ranking plain = PlainFacility(rows, pool, options).pick(count);
  for (const int64_t most_pairs : {0, 1}) {
    options.most_pairs = most_pairs;
    FacilityLocationCounts counts;
    const Ranking fast = facility_location(rows.features(), {0, pool, count}, options, {.threads = most_pairs == 0 ? 1 : 2}, &counts);
    EXPECT_EQ(fast.order, plain.order) << most_pairs;
    EXPECT_EQ(fast.gains, plain.gains) << most_pairs;
    EXPECT_EQ(counts.short_sums > 0, most_pairs == 0);
  }
}

TEST(FacilityLocation, EqualsPlainGreedyOnClustersAndNoise) {
  expect_plain_greedy(DrawnRows(300, 24, 1, 6), 120);
  expect_plain_greedy(DrawnRows(200, 5, 2), 200);
  expect_plain_greedy(DrawnRows(150, 40, 3), 60, {.similarity = Similarity::half_cosine});
}

TEST(FacilityLocation, EqualsPlainGreedyWithWeights) {
  const DrawnRows rows(200, 12, 4, 5);
  std::vector<double> weights(200);
  Random random(4, "weights");
  for (double& weight : weights) weight = random.below(5) == 0 ? 0 : 3e-5 * random.uniform();
  expect_plain_greedy(rows, 80, {.weights = weights});
  expect_plain_greedy(rows, 20, {.similarity = Similarity::half_cosine, .weights = weights});
  const std::vector<double> none(200, 0.0);
  const Ranking ranking = facility_location(rows.features(), {0, rows.all(), 3}, {.weights = none}, {});
  EXPECT_THAT(ranking.order, ElementsAre(0, 1, 2));
}

TEST(FacilityLocation, EqualsPlainGreedyWithDuplicatesZeroRowsAndTies) {
  DrawnRows rows(250, 8, 5);
  for (int64_t i = 50; i < 250; ++i) rows.copy(i % 50, i);  // every row five times
  for (const int64_t zero : {0, 7, 249}) rows.clear(zero);
  expect_plain_greedy(rows, 250);
  DrawnRows corners(120, 4, 6);  // many equal gains
  for (int64_t i = 0; i < 120; ++i) {
    for (float& value : corners.row(i)) value = std::round(value);
  }
  expect_plain_greedy(corners, 120);
}

// 300 rows of eight whole numbers below 256. The order is what apricot-select 0.6.1
// (FacilityLocationSelection, naive and lazy) and submodlib-py 0.0.3 (FacilityLocationFunction,
// naive and lazy) give for their cosines as a kernel, and for half of them plus a half; each pick
// leads by 2.7e-4 or more.
TEST(FacilityLocation, EqualsTheOrderOfPublicPackages) {
  DrawnRows rows(300, 8, 0);
  std::minstd_rand numbers(1);
  for (int64_t i = 0; i < 300; ++i) {
    for (float& value : rows.row(i)) value = static_cast<float>(numbers() % 256);
  }
  const std::vector<int64_t> theirs = {208, 19,  75,  139, 136, 79, 261, 238, 109, 128, 13,  228, 202, 20,  76,  256, 122, 22, 263, 282,
                                       222, 163, 251, 119, 248, 12, 74,  265, 159, 41,  255, 184, 2,   288, 250, 188, 190, 42, 90,  272};
  for (const Similarity similarity : {Similarity::positive_cosine, Similarity::half_cosine}) {
    EXPECT_EQ(facility_location(rows.features(), {0, rows.all(), 40}, {.similarity = similarity}, {}).order, theirs);
  }
}

TEST(FacilityLocation, ReachesItsShareOfTheBestSet) {
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const DrawnRows rows(11, 3, 10 + seed);
    const auto pool = rows.all();
    const PlainFacility plain(rows, pool, {});
    for (const int count : {1, 2, 4}) {
      double best = 0;
      for (uint32_t set = 0; set < 1U << 11; ++set) {
        if (__builtin_popcount(set) == count) best = std::max(best, plain.value_of(set));
      }
      uint32_t picked = 0;
      for (const int64_t row : facility_location(rows.features(), {0, pool, count}, {}, {}).order) picked |= 1U << row;
      EXPECT_GE(plain.value_of(picked), (1 - std::exp(-1.0)) * best);
    }
  }
}

TEST(FacilityLocation, PicksTheSameRowsWhereverTheyStand) {
  const DrawnRows rows(160, 10, 20);
  const auto moved = Random(20, "order").permutation(160);
  const Ranking ours = facility_location(rows.features(), {0, rows.all(), 40}, {}, {});
  const DrawnRows other = rows.moved(moved);
  Ranking theirs = facility_location(other.features(), {0, other.all(), 40}, {}, {});
  for (int64_t& row : theirs.order) row = moved[static_cast<size_t>(row)];
  EXPECT_EQ(theirs.order, ours.order);
}

TEST(FacilityLocation, TakesPartsOfTheFeaturesAndAnyCount) {
  const DrawnRows rows(40, 6, 30);
  const std::vector<int64_t> pool = {3, 5, 8, 13, 21, 34};
  EXPECT_EQ(facility_location(rows.features(), {0, pool, 6}, {}, {}).order, PlainFacility(rows, pool, {}).pick(6).order);
  EXPECT_THAT(facility_location(rows.features(), {0, pool, 0}, {}, {}).order, IsEmpty());
  const std::vector<int64_t> one = {13};
  EXPECT_THAT(facility_location(rows.features(), {0, one, 1}, {}, {}).order, ElementsAre(13));
}

}  // namespace
}  // namespace decant
