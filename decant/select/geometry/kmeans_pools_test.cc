#include "decant/select/geometry/kmeans_pools.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <set>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/query_move.h"
#include "decant/select/bins/bins.h"
#include "decant/select/pools/sampler.h"
#include "decant/select/select.h"

namespace decant {
namespace {

using testing::Each;
using testing::HasSubstr;

Features table(int64_t width, std::vector<float> values) {
  auto owner = std::make_shared<std::vector<float>>(std::move(values));
  return {MatrixView<const float>(owner->data(), static_cast<int64_t>(owner->size()) / width, width), owner};
}

/// Rows around `centres` centres of very unequal sizes.
Features blobs(int64_t count, int64_t width, size_t centres, uint64_t seed, double spread = 0.3) {
  Random random(seed, "blobs");
  std::vector<double> middle(centres * static_cast<size_t>(width));
  for (double& value : middle) value = 3 * random.normal();
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    const size_t centre = std::min(random.below(centres), random.below(centres));
    for (size_t k = 0; k < static_cast<size_t>(width); ++k)
      values.push_back(static_cast<float>(middle[centre * static_cast<size_t>(width) + k] + spread * random.normal()));
  }
  return table(width, std::move(values));
}

std::vector<int64_t> rows_of(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

std::vector<double> seen_by(const Features& features, int64_t row, bool unit) {
  const auto x = features.matrix()[row];
  std::vector<double> a(x.begin(), x.end());
  const double length = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0));
  if (unit && length > 0) {
    for (double& value : a) value /= length;
  }
  return a;
}

double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

std::vector<std::vector<double>> means(const std::vector<std::vector<double>>& rows, const std::vector<int32_t>& pools, size_t count) {
  std::vector<std::vector<double>> middle(count, std::vector<double>(rows[0].size()));
  std::vector<double> sizes(count);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto pool = static_cast<size_t>(pools[i]);
    sizes[pool] += 1;
    for (size_t k = 0; k < rows[i].size(); ++k) middle[pool][k] += rows[i][k];
  }
  for (size_t c = 0; c < count; ++c) {
    for (double& value : middle[c]) value /= std::max(1.0, sizes[c]);
  }
  return middle;
}

/// Σ of squared distances to the means of the pools.
double inertia(const std::vector<std::vector<double>>& rows, const std::vector<int32_t>& pools) {
  const auto count = static_cast<size_t>(*std::max_element(pools.begin(), pools.end()) + 1);
  const auto middle = means(rows, pools, count);
  double sum = 0;
  for (size_t i = 0; i < rows.size(); ++i) sum += squared_distance(rows[i], middle[static_cast<size_t>(pools[i])]);
  return sum;
}

/// Lloyd's algorithm as it is written in books: random rows first, the best of several starts.
double lloyd(const std::vector<std::vector<double>>& rows, size_t count) {
  double best = INFINITY;
  for (uint64_t start = 0; start < 4; ++start) {
    const auto first = Random(start, "lloyd").permutation(static_cast<int64_t>(rows.size()));
    std::vector<std::vector<double>> middle;
    for (size_t c = 0; c < count; ++c) middle.push_back(rows[static_cast<size_t>(first[c])]);
    std::vector<int32_t> pools(rows.size());
    for (int round = 0; round < 20; ++round) {
      for (size_t i = 0; i < rows.size(); ++i) {
        for (size_t c = 0; c < count; ++c) {
          if (squared_distance(rows[i], middle[c]) < squared_distance(rows[i], middle[static_cast<size_t>(pools[i])]))
            pools[i] = static_cast<int32_t>(c);
        }
      }
      middle = means(rows, pools, count);
    }
    best = std::min(best, inertia(rows, pools));
  }
  return best;
}

TEST(KMeansPools, AreNearlyAsTightAsLloyds) {
  for (const bool unit : {true, false}) {
    for (const int64_t count : {1000, 6000}) {  // all rows in a batch, and not
      const auto features = blobs(count, 6, 8, static_cast<uint64_t>(count));
      std::vector<std::vector<double>> rows;
      for (int64_t i = 0; i < count; ++i) rows.push_back(seen_by(features, i, unit));
      const auto pools = kmeans_pools(features, rows_of(features), {.pools = 8, .unit = unit, .seed = 3}, {});
      EXPECT_LE(inertia(rows, pools), 1.1 * lloyd(rows, 8)) << unit << count;
    }
  }
}

TEST(KMeansPools, EveryRowIsInTheNearestCentresPool) {
  const auto features = blobs(900, 5, 6, 2, 2.0);  // overlapping
  const auto pools = kmeans_pools(features, rows_of(features), {.pools = 6, .unit = false}, {});
  std::vector<std::vector<double>> rows;
  for (int64_t i = 0; i < 900; ++i) rows.push_back(seen_by(features, i, false));
  const auto middle = means(rows, pools, 6);  // Lloyd's algorithm has ended, so these are the centres
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t c = 0; c < 6; ++c)
      EXPECT_LE(squared_distance(rows[i], middle[static_cast<size_t>(pools[i])]), squared_distance(rows[i], middle[c]) + 1e-9);
  }
}

/// Steps 1 to 3 of the header from plain seeds, every row against every centre in every round.
std::vector<int32_t> plain_lloyd(const Features& features, const KMeansOptions& options) {
  const auto rows = rows_of(features);
  const auto x = [&](int64_t row) { return features.matrix()[row]; };
  const auto scale = [&](int64_t row) {
    const double squared = dot(x(row), x(row));
    return !options.unit ? 1 : squared > 0 ? 1 / std::sqrt(squared) : 0;
  };
  const auto order = Random(options.seed, "k-means plain seeds").permutation(features.count());
  std::vector<std::vector<double>> centres;
  for (int64_t c = 0; c < options.pools; ++c) {
    std::vector<double> centre(static_cast<size_t>(features.width()), 0.0);
    add_scaled(centre, scale(order[static_cast<size_t>(c)]), x(order[static_cast<size_t>(c)]));
    centres.push_back(centre);
  }
  std::vector<int32_t> nearest(rows.size());
  const auto assign = [&] {
    for (const int64_t row : rows) {
      double best = -INFINITY;
      for (size_t c = 0; c < centres.size(); ++c) {
        const double score = scale(row) * dot(x(row), centres[c]) - dot(centres[c], centres[c]) / 2;
        if (score > best) nearest[static_cast<size_t>(row)] = static_cast<int32_t>(c);
        best = std::max(best, score);
      }
    }
  };
  for (int round = 0; round < options.rounds; ++round) {
    assign();
    std::vector<std::vector<double>> sums(centres.size(), std::vector<double>(centres[0].size(), 0.0));
    std::vector<double> counts(centres.size(), 0);
    for (const int64_t row : rows) {
      add_scaled(sums[static_cast<size_t>(nearest[static_cast<size_t>(row)])], scale(row), x(row));
      ++counts[static_cast<size_t>(nearest[static_cast<size_t>(row)])];
    }
    for (size_t c = 0; c < centres.size(); ++c) {
      for (size_t k = 0; counts[c] > 0 && k < sums[c].size(); ++k) centres[c][k] = sums[c][k] / counts[c];
    }
  }
  assign();
  std::map<int32_t, int32_t> number;
  for (const int32_t centre : nearest) number[centre] = 0;
  int32_t next = 0;
  for (auto& [centre, pool] : number) pool = next++;
  for (int32_t& pool : nearest) pool = number[pool];
  return nearest;
}

TEST(KMeansPools, AreLloydsWhateverIsLookedAtAgain) {
  for (const auto& [count, pools] : std::vector<std::pair<int64_t, int64_t>>{{300, 60}, {200, 9}, {220, 170}}) {
    for (const double spread : {0.4, 3.0}) {
      auto features = blobs(count, 7, 12, static_cast<uint64_t>(pools), spread);
      std::vector<float> values(features.matrix().data, features.matrix().data + count * 7);
      std::copy_n(values.begin(), 70, values.begin() + 140);  // copies, which tie
      std::fill_n(values.begin() + 700, 14, 0.0F);
      features = table(7, std::move(values));
      for (const int rounds : {1, 2, 4, 9}) {
        for (const bool unit : {true, false}) {
          const KMeansOptions options{.pools = pools, .unit = unit, .seed = 5, .plus_plus = false, .rounds = rounds};
          EXPECT_EQ(kmeans_pools(features, rows_of(features), options, {.threads = 2}), plain_lloyd(features, options))
              << count << " " << pools << " " << rounds << unit << spread;
        }
      }
    }
  }
}

TEST(KMeansPools, AreTheSameForAnyThreadsAndAnotherForAnotherSeed) {
  const auto features = blobs(9000, 16, 20, 4, 2.0);
  const auto rows = rows_of(features);
  const auto with = [&](int threads, uint64_t seed) {
    return kmeans_pools(features, rows, {.pools = 24, .seed = seed}, {.threads = threads});
  };
  const auto one = with(1, 7);
  EXPECT_EQ(with(2, 7), one);
  EXPECT_EQ(with(5, 7), one);
  EXPECT_NE(with(2, 8), one);
}

TEST(KMeansPools, EqualRowsShareAPoolAndEmptyPoolsVanish) {
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) values.insert(values.end(), {static_cast<float>(i % 3), 1, static_cast<float>(i % 3 == 1)});
  const auto features = table(3, std::move(values));
  for (const bool unit : {true, false}) {
    const auto pools = kmeans_pools(features, rows_of(features), {.pools = 50, .unit = unit}, {});
    EXPECT_EQ(std::set<int32_t>(pools.begin(), pools.end()), (std::set<int32_t>{0, 1, 2})) << "three different rows";
    for (size_t i = 3; i < 300; ++i) EXPECT_EQ(pools[i], pools[i - 3]);
  }
  const auto same = table(2, std::vector<float>(200, 1.5F));
  EXPECT_THAT(kmeans_pools(same, rows_of(same), {.pools = 100}, {}), Each(0));
  const auto zeros = table(2, std::vector<float>(200, 0.0F));
  EXPECT_THAT(kmeans_pools(zeros, rows_of(zeros), {.pools = 7}, {}), Each(0));
}

TEST(KMeansPools, ZeroRowsAndHugeAndTinyOnesFindAPlace) {
  for (const float size : {1e38F, 1e-38F, 1e-44F, 1.0F}) {
    auto features = blobs(200, 4, 4, 9);
    std::vector<float> values(features.matrix().data, features.matrix().data + 800);
    const float largest =
        std::abs(*std::max_element(values.begin(), values.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
    for (float& value : values) value = value / largest * size;
    std::fill_n(values.begin() + 40, 8, 0.0F);
    features = table(4, std::move(values));
    for (const bool unit : {true, false}) {
      const auto pools = kmeans_pools(features, rows_of(features), {.pools = 5, .unit = unit}, {});
      EXPECT_EQ(pools[10], pools[11]);
      EXPECT_GE(std::set<int32_t>(pools.begin(), pools.end()).size(), 2u) << size << unit;
      EXPECT_EQ(kmeans_pools(features, rows_of(features), {.pools = 5, .unit = unit}, {.threads = 3}), pools);
    }
  }
}

TEST(KMeansPools, AsManyAsRowsGiveEachItsOwn) {
  const auto features = blobs(120, 8, 5, 1);
  const auto pools = kmeans_pools(features, rows_of(features), {.pools = 120}, {});
  EXPECT_EQ(std::set<int32_t>(pools.begin(), pools.end()).size(), 120u);
}

TEST(KMeansPools, RefuseImpossibleNumbers) {
  const auto features = blobs(10, 2, 2, 1);
  const auto rows = rows_of(features);
  for (const int64_t count : {int64_t{0}, int64_t{-3}, int64_t{11}, int64_t{1} << 40})
    EXPECT_THAT(message_of([&] { kmeans_pools(features, rows, {.pools = count}, {}); }), HasSubstr("pools of 10 rows")) << count;
  EXPECT_THAT(message_of([&] { select_bins(features, {}, std::vector<int64_t>{4}, {.kmeans = 10}, {}); }), HasSubstr("of 9 rows"));
  EXPECT_THAT(message_of([&] { select_bins(features, {}, {}, {.kmeans = -1}, {}); }), HasSubstr("-1 pools"));
}

TEST(KMeansPools, StopWhenCancelled) {
  const std::atomic<bool> flag{true};
  const auto features = blobs(1000, 4, 3, 1);
  EXPECT_THROW(kmeans_pools(features, rows_of(features), {.pools = 3}, {.cancel = &flag}), Cancelled);
}

TEST(SelectBinsByKMeans, OnePoolIsTheUndividedCut) {
  const auto features = blobs(400, 5, 4, 1);
  const std::vector<int32_t> labels(400, 3);
  const auto whole = select_bins(features, labels, {}, {.per_class = false}, {});
  const auto pooled = select_bins(features, labels, {}, {.kmeans = 1}, {});
  EXPECT_EQ(pooled.order, whole.order);
  EXPECT_EQ(pooled.gains, whole.gains);
  EXPECT_EQ(pooled.pools, whole.pools);
}

TEST(SelectBinsByKMeans, EachPoolIsCutAsIfItWereAlone) {
  const auto features = blobs(600, 5, 4, 8);
  for (const BinFunction function : {BinFunction::graph_cut, BinFunction::graph_cut_euclidean}) {
    const auto selection = select_bins(features, {}, std::vector<int64_t>{17}, {.function = function, .bins = 4, .kmeans = 6}, {});
    EXPECT_EQ(selection.order.size(), 599u);
    EXPECT_EQ(selection.pools[17], kNoBin);
    std::map<int32_t, std::vector<int64_t>> members;
    for (int64_t row = 0; row < 600; ++row) {
      if (row != 17) members[selection.pools[static_cast<size_t>(row)]].push_back(row);
    }
    EXPECT_EQ(static_cast<int32_t>(members.size()), selection.pool_count);
    std::vector<int64_t> order;
    for (const auto& [pool, rows] : members) {
      const auto alone = cut_into_bins(features, rows, {.function = function, .bins = 4}, {});
      order.insert(order.end(), alone.order.begin(), alone.order.end());
    }
    EXPECT_EQ(selection.order, order);
  }
}

TEST(SelectBinsByKMeans, GradientsArePartedByTheirEmbeddings) {
  auto features = blobs(200, 6, 3, 5);
  const auto selection = select_bins(features, {}, {}, {.function = BinFunction::graph_cut_gradient, .kmeans = 3, .classes = 2}, {});
  const auto by_embedding = kmeans_pools(features, rows_of(features), {.pools = 3, .first_column = 2}, {});
  EXPECT_EQ(selection.pools, by_embedding);
}

TEST(SelectBinsByKMeans, PoolsShareTheKeptRowsByLargestRemainder) {
  const auto features = blobs(1000, 5, 7, 8);
  const std::vector<int32_t> labels(1000, 0);
  SelectionOptions options{.keep = "137", .labels = labels, .bins = {.bins = 5, .kmeans = 7}, .seed = 4};
  const Choice choice = select(features.matrix(), options);
  EXPECT_EQ(choice.rows.size(), 137u);
  std::map<int32_t, std::pair<double, double>> counts;  // rows, kept
  for (const int32_t pool : choice.selection.pools) counts[pool].first += 1;
  for (const int64_t row : choice.rows) counts[choice.selection.pools[static_cast<size_t>(row)]].second += 1;
  EXPECT_EQ(counts.size(), 7u);
  for (const auto& [pool, count] : counts) EXPECT_LT(std::abs(count.second - 0.137 * count.first), 1) << pool;
}

}  // namespace
}  // namespace decant
