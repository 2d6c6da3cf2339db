#include "decant/select/methods/weighted_bins.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "decant/base/test_support.h"
#include "decant/select/bins/bins.h"
#include "decant/select/methods/cloud_for_tests.h"
#include "decant/select/pools/sampler.h"

namespace decant {
namespace {

using testing::ElementsAre;

Selection cut_of(const Features& features, std::span<const int32_t> labels, int32_t bins, const std::vector<int64_t>& bad = {}) {
  return select_bins(features, labels, bad, {.bins = bins}, {.threads = 1});
}

/// The mean over all pairs, one by one.
double plain_diversity(const Features& features, const std::vector<int64_t>& rows) {
  double sum = 0;
  double pairs = 0;
  for (const int64_t a : rows) {
    for (const int64_t b : rows) {
      if (a == b) continue;
      double product = 0, square_a = 0, square_b = 0;
      for (size_t k = 0; k < static_cast<size_t>(features.width()); ++k) {
        const auto x = static_cast<double>(features.matrix()[a][k]);
        const auto y = static_cast<double>(features.matrix()[b][k]);
        product += x * y;
        square_a += x * x;
        square_b += y * y;
      }
      sum += square_a > 0 && square_b > 0 ? product / std::sqrt(square_a * square_b) : 0;
      pairs += 1;
    }
  }
  return pairs > 0 ? 1 - sum / pairs : 1;
}

TEST(WeightedBins, WeightsAreTheFormulaOverAllPairs) {
  auto cloud = clouds::drawn(90, 4, 1, 0.5);
  std::vector<float> values(cloud.matrix().data, cloud.matrix().data + 360);
  std::fill_n(values.begin() + 40, 4, 0.0F);  // a zero row
  const auto features = clouds::of_values(4, std::move(values));
  std::vector<int32_t> labels(90, 7);
  std::fill_n(labels.begin(), 30, 2);
  const Selection bins = cut_of(features, labels, 5, {3});
  std::vector<double> scores;
  for (int i = 0; i < 90; ++i) scores.push_back(i == 3 ? std::nan("") : static_cast<double>(i % 11));
  const auto weighed = weigh_bins(bins, features, scores, 0.6, {.threads = 2});
  ASSERT_EQ(weighed.size(), 10u);
  std::map<int32_t, double> sums, rep, div, rows;
  for (const WeighedBin& bin : weighed) {
    std::vector<int64_t> members;
    double score = 0;
    for (int64_t row = 0; row < 90; ++row) {
      const auto at = static_cast<size_t>(row);
      if (bins.pools[at] != bin.pool || bins.bins[at] != bin.bin) continue;
      members.push_back(row);
      score += scores[at];
    }
    EXPECT_EQ(bin.rows, static_cast<int64_t>(members.size()));
    EXPECT_NEAR(bin.representation, score / static_cast<double>(members.size()), 1e-12);
    EXPECT_NEAR(bin.diversity, plain_diversity(features, members), 1e-9);
    sums[bin.pool] += bin.weight;
    rep[bin.pool] += bin.representation;
    div[bin.pool] += bin.diversity;
    rows[bin.pool] += static_cast<double>(bin.rows);
  }
  for (const WeighedBin& bin : weighed) {
    const double importance = 0.5 * (bin.representation / rep[bin.pool] + bin.diversity / div[bin.pool]);
    EXPECT_NEAR(bin.weight, 0.6 * importance + 0.4 * static_cast<double>(bin.rows) / rows[bin.pool], 1e-12);
  }
  EXPECT_NEAR(sums[2], 1, 1e-12);
  EXPECT_NEAR(sums[7], 1, 1e-12);
}

TEST(WeightedBins, ABinOfMoreWeightGivesMore) {
  const auto features = clouds::drawn(400, 3, 2);
  const Selection bins = cut_of(features, {}, 4);
  std::vector<double> scores(400, 1.0);
  for (size_t row = 0; row < 400; ++row) {
    if (bins.bins[row] == 2) scores[row] = 50;
  }
  const auto per_bin = [&](int64_t count, double alpha) {
    const Selection chosen = weighted_bins(bins, features, scores, count, {.alpha = alpha}, {});
    std::vector<int64_t> counts(4);
    for (const int64_t row : sample(chosen, {}, count, 9)) ++counts[static_cast<size_t>(bins.bins[static_cast<size_t>(row)])];
    return counts;
  };
  EXPECT_THAT(per_bin(100, 0), ElementsAre(25, 25, 25, 25)) << "bins of one size";
  const auto small = per_bin(40, 0.65);
  EXPECT_GT(small[2], 1.5 * static_cast<double>(small[0]));
  const auto large = per_bin(360, 0.65);
  EXPECT_EQ(large[2], 100) << "full, so the others share the rest";
  EXPECT_LE(std::abs(large[0] - large[1]), 6);
}

TEST(WeightedBins, CountsAreExactInEveryCase) {
  Random random(6, "weighted bins cases");
  for (int round = 0; round < 40; ++round) {
    const auto count = static_cast<int64_t>(2 + random.below(60));
    const auto features =
        round % 2 == 0 ? clouds::drawn(count, 3, random.bits64()) : clouds::of_whole_numbers(count, 2, 2, random.bits64());
    std::vector<int32_t> labels;
    for (int64_t i = 0; i < count; ++i) labels.push_back(static_cast<int32_t>(random.below(4)));
    const Selection bins = cut_of(features, labels, static_cast<int32_t>(1 + random.below(6)), {0});
    const auto kept = static_cast<int64_t>(1 + random.below(static_cast<uint64_t>(count - 1)));
    const uint64_t seed = random.bits64();
    const Selection chosen = weighted_bins(bins, features, {}, kept, {.seed = seed}, {});
    const Subset subset = sample(chosen, {}, kept, 0);
    EXPECT_EQ(static_cast<int64_t>(subset.size()), kept);
    EXPECT_EQ(std::count(subset.begin(), subset.end(), 0), 0) << "left out";
    EXPECT_TRUE(std::is_permutation(chosen.order.begin(), chosen.order.end(), bins.order.begin(), bins.order.end()));
    std::map<int32_t, int64_t> plain, weighted;
    for (const int64_t row : sample(bins, {}, kept, seed)) ++plain[labels[static_cast<size_t>(row)]];
    for (const int64_t row : subset) ++weighted[labels[static_cast<size_t>(row)]];
    EXPECT_EQ(weighted, plain) << "classes give what they always give";
  }
}

TEST(WeightedBins, ServesItsCountAloneAndItsSeed) {
  const auto features = clouds::drawn(100, 3, 3);
  const Selection bins = cut_of(features, {}, 5);
  const auto subset = [&](uint64_t seed, int threads) {
    return sample(weighted_bins(bins, features, {}, 20, {.seed = seed}, {.threads = threads}), {}, 20, 0);
  };
  EXPECT_EQ(subset(1, 1), subset(1, 2));
  EXPECT_NE(subset(1, 1), subset(2, 1));
  const Selection chosen = weighted_bins(bins, features, {}, 20, {}, {});
  expect_says(message_of([&] { sample(chosen, {}, 19, 0); }), {"bins, weighted", "is for 20 rows", "not for 19"});
}

TEST(WeightedBins, RefusesWhatDoesNotFit) {
  const auto features = clouds::drawn(20, 3, 4);
  const Selection bins = cut_of(features, {}, 2);
  const auto complaint_about = [&](std::vector<double> scores, int64_t count, double alpha) {
    return message_of([&] { weighted_bins(bins, features, scores, count, {.alpha = alpha}, {}); });
  };
  expect_says(complaint_about({}, 21, 0.5), {"21 of 20 usable rows"});
  expect_says(complaint_about({}, 0, 0.5), {"0 of 20"});
  expect_says(complaint_about({}, 5, 1.5), {"alpha 1.5"});
  expect_says(complaint_about({1, 2}, 5, 0.5), {"2 scores for 20 rows"});
  std::vector<double> negative(20, 1.0);
  negative[6] = -2;
  expect_says(complaint_about(negative, 5, 0.5), {"row 6", "score is -2"});
  const Selection ranked = weighted_bins(bins, features, {}, 5, {}, {});
  expect_says(message_of([&] { weigh_bins(ranked, features, {}, 0.5, {}); }), {"is a ranking"});
}

}  // namespace
}  // namespace decant
