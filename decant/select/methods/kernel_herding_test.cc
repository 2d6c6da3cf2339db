#include "decant/select/methods/kernel_herding.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

#include "decant/base/test_support.h"
#include "decant/select/methods/herding.h"
#include "decant/select/methods/parts/drawn_rows.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Ranking rank(const DrawnRows& rows, int64_t count, const KernelHerdingOptions& options = {}, int threads = 1) {
  return kernel_herding(rows.features(), {0, rows.all(), count}, options, {.threads = threads});
}

/// ‖mean of φ over some rows − over all‖².
double gap(const Matrix<float>& mapped, std::span<const int64_t> some) {
  double squared = 0;
  for (int64_t k = 0; k < mapped.cols(); ++k) {
    double difference = 0;
    for (const int64_t i : some) difference += static_cast<double>(mapped[i][static_cast<size_t>(k)]) / static_cast<double>(some.size());
    for (int64_t i = 0; i < mapped.rows(); ++i)
      difference -= static_cast<double>(mapped[i][static_cast<size_t>(k)]) / static_cast<double>(mapped.rows());
    squared += difference * difference;
  }
  return squared;
}

TEST(KernelHerding, EveryPickLowersTheGapOfCharacteristicFunctionsMost) {
  const DrawnRows rows(90, 5, 1, 4);
  const KernelHerdingOptions options{.frequencies = 12, .seed = 3};
  const Ranking ranking = rank(rows, 25, options);
  EXPECT_EQ(rank(rows, 25, options, 2).order, ranking.order);
  const Matrix<float> mapped = random_fourier_features(rows.features(), {0, rows.all(), 25}, options, {});
  std::vector<int64_t> picked;
  for (const int64_t row : ranking.order) {
    picked.push_back(row);
    const double here = gap(mapped, picked);
    for (int64_t other = 0; other < rows.count(); ++other) {
      if (std::ranges::find(picked, other) != picked.end()) continue;
      picked.back() = other;
      EXPECT_GE(gap(mapped, picked), here - 1e-9);
    }
    picked.back() = row;
  }
  EXPECT_LT(gap(mapped, picked), 0.1);
}

TEST(KernelHerding, FeaturesAreCosinesAndSinesOfTheirFrequencies) {
  DrawnRows rows(40, 3, 2);
  rows.copy(0, 1);
  rows.clear(2);
  const Matrix<float> mapped = random_fourier_features(rows.features(), {0, rows.all(), 1}, {.frequencies = 500}, {});
  EXPECT_EQ(mapped.cols(), 1000);
  EXPECT_TRUE(std::ranges::equal(mapped[0], mapped[1]));
  for (size_t j = 0; j < 500; ++j) {
    EXPECT_EQ(mapped[2][2 * j], 1) << "the cosine of no turn";
    EXPECT_EQ(mapped[2][2 * j + 1], 0);
    EXPECT_NEAR(std::hypot(mapped[5][2 * j], mapped[5][2 * j + 1]), 1, 1e-6);
  }
}

/// Two groups on either side of an empty middle: a mean is met by rows of one ring, a distribution
/// only by both.
TEST(KernelHerding, SeesWhatMeansDoNot) {
  DrawnRows rows(200, 1, 3);
  for (int64_t i = 0; i < 200; ++i)
    rows.row(i)[0] = static_cast<float>((i % 2 == 0 ? 1 : -1) * (i < 160 ? 1 : 9) + 0.001 * static_cast<double>(i));
  const auto far = [](const Ranking& ranking) { return std::ranges::count_if(ranking.order, [](int64_t row) { return row >= 160; }); };
  EXPECT_EQ(far(rank(rows, 20)), 4) << "their share of a fifth";
  EXPECT_LT(far(herding(rows.features(), {0, rows.all(), 20}, {})), 2);
}

TEST(KernelHerding, AnotherSeedOrPoolDrawsOtherFrequencies) {
  const DrawnRows rows(100, 4, 4);
  const Ranking one = rank(rows, 20, {.frequencies = 8});
  EXPECT_NE(rank(rows, 20, {.frequencies = 8, .seed = 1}).order, one.order);
  EXPECT_NE(kernel_herding(rows.features(), {1, rows.all(), 20}, {.frequencies = 8}, {}).order, one.order);
}

TEST(KernelHerding, TakesAnyCountAndEqualRowsAndRefusesOtherNumbersOfFrequencies) {
  DrawnRows rows(4, 3, 5);
  const std::vector<int64_t> some = {1, 3};
  EXPECT_THAT(kernel_herding(rows.features(), {0, some, 2}, {}, {}).order, testing::UnorderedElementsAre(1, 3));
  EXPECT_THAT(rank(rows, 0).order, IsEmpty());
  for (int64_t i = 1; i < 4; ++i) rows.copy(0, i);
  EXPECT_THAT(rank(rows, 4).order, ElementsAre(0, 1, 2, 3));
  expect_says(message_of([&] { rank(rows, 2, {.frequencies = 0}); }), {"frequencies", "is 0", "1 to 65536"});
}

}  // namespace
}  // namespace decant
