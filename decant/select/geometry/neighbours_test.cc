#include "decant/select/geometry/neighbours.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/kernels/distance.h"
#include "decant/select/methods/cloud_for_tests.h"

namespace decant {
namespace {

using testing::ElementsAre;

/// Every pair measured and sorted.
Neighbours plain_neighbours(const Features& features, const std::vector<int64_t>& rows, int64_t k) {
  Neighbours result;
  const auto count = static_cast<int64_t>(rows.size());
  result.each = std::min(k, count - 1);
  std::vector<float> a, b;
  for (int64_t i = 0; i < count; ++i) {
    std::vector<std::pair<double, int32_t>> all;
    for (int64_t j = 0; j < count; ++j) {
      if (i == j) continue;
      const auto x = features.row(rows[static_cast<size_t>(i)], a);
      all.emplace_back(decant::squared_distance(x, features.row(rows[static_cast<size_t>(j)], b)), static_cast<int32_t>(j));
    }
    std::sort(all.begin(), all.end());
    for (int64_t n = 0; n < result.each; ++n) {
      result.places.push_back(all[static_cast<size_t>(n)].second);
      result.distances.push_back(std::sqrt(all[static_cast<size_t>(n)].first));
    }
  }
  return result;
}

void expect_plain(const Features& features, const std::vector<int64_t>& rows, int64_t k, const std::string& what) {
  const Neighbours plain = plain_neighbours(features, rows, k);
  for (const int threads : {1, 2}) {
    const Neighbours found = nearest_neighbours(features, rows, k, {.threads = threads});
    EXPECT_EQ(found.each, plain.each) << what;
    EXPECT_EQ(found.places, plain.places) << what;
    EXPECT_EQ(found.distances, plain.distances) << what;
  }
}

TEST(Neighbours, AreThoseOfEveryPairMeasured) {
  expect_plain(clouds::drawn(150, 7, 1), clouds::rows_to(150), 5, "a cloud");
  expect_plain(clouds::drawn(90, 20, 2, 1000), clouds::rows_to(90), 89, "far from the origin, all of them");
  expect_plain(clouds::drawn(1100, 2, 3), clouds::rows_to(1100), 3, "two blocks");
  expect_plain(clouds::drawn(80, 1, 4), clouds::rows_to(80), 4, "one column");
  expect_plain(clouds::drawn(80, 5, 5), {1, 4, 5, 17, 30, 31, 32, 70}, 3, "some of the rows");
}

TEST(Neighbours, AreExactWhateverTheScale) {
  for (const double spread : {1e-44, 1e-30, 1e30, 1e38})
    expect_plain(clouds::drawn(60, 6, 6, 0, spread / 4), clouds::rows_to(60), 4, std::to_string(std::log10(spread)));
  std::vector<float> values;
  Random random(1, "sizes");
  for (int i = 0; i < 300; ++i) values.push_back(static_cast<float>(random.normal() * std::pow(10, 60 * random.uniform() - 30)));
  expect_plain(clouds::of_values(5, values), clouds::rows_to(60), 4, "rows of every size");
}

TEST(Neighbours, TiesFallToTheSmallerRow) {
  for (uint64_t seed = 0; seed < 10; ++seed)
    expect_plain(clouds::of_whole_numbers(70, 3, 3, seed), clouds::rows_to(70), 6, "whole numbers");
  const auto same = nearest_neighbours(clouds::of_values(2, std::vector<float>(8, 3.0F)), clouds::rows_to(4), 2, {});
  EXPECT_THAT(same.places, ElementsAre(1, 2, 0, 2, 0, 1, 0, 1));
  EXPECT_THAT(same.distances, testing::Each(0));
}

TEST(Neighbours, ADuplicateIsANeighbourAndTheRowItselfIsNot) {
  const auto found = nearest_neighbours(clouds::of_values(1, {0, 5, 0, 7}), clouds::rows_to(4), 2, {});
  EXPECT_THAT(found.of(0), ElementsAre(2, 1));
  EXPECT_THAT(found.distances_of(0), ElementsAre(0, 5));
  EXPECT_THAT(found.of(2), ElementsAre(0, 1));
  EXPECT_THAT(found.of(3), ElementsAre(1, 0));
}

TEST(Neighbours, OfOneRowOrNoneAskedFor) {
  const auto features = clouds::drawn(3, 2, 1);
  EXPECT_EQ(nearest_neighbours(features, std::vector<int64_t>{1}, 5, {}).each, 0);
  EXPECT_TRUE(nearest_neighbours(features, std::vector<int64_t>{1}, 5, {}).of(0).empty());
  EXPECT_EQ(nearest_neighbours(features, clouds::rows_to(3), 0, {}).each, 0);
  EXPECT_EQ(nearest_neighbours(features, clouds::rows_to(3), 9, {}).each, 2);
}

TEST(Neighbours, StopWhenCancelled) {
  const std::atomic<bool> flag{true};
  EXPECT_THROW(nearest_neighbours(clouds::drawn(100, 4, 1), clouds::rows_to(100), 3, {.cancel = &flag}), Cancelled);
}

}  // namespace
}  // namespace decant
