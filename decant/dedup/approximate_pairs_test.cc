#include "decant/dedup/approximate_pairs.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

/// Rows of fading columns; every third is a copy of another, at noise of any size; one is zeros.
Features copied_rows(int64_t count, int64_t width) {
  auto values = std::make_shared<std::vector<float>>(static_cast<size_t>(count * width));
  const MatrixView<float> rows(values->data(), count, width);
  for (int64_t row = 1; row < count; ++row) {
    Random random(3, "rows", static_cast<uint64_t>(row));
    const bool copy = row > 10 && row % 3 == 0;
    const double noise = copy ? 0.6 * random.uniform() : 1;
    const auto from = static_cast<int64_t>(random.below(static_cast<uint64_t>(row)));
    for (int64_t k = 0; k < width; ++k) {
      const double fresh = noise * random.normal() / std::sqrt(1 + static_cast<double>(k));
      rows[row][static_cast<size_t>(k)] = static_cast<float>((copy ? rows[from][static_cast<size_t>(k)] : 0) + fresh);
    }
  }
  return {rows, values};
}

std::vector<int64_t> all_of(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

TEST(ApproximatePairs, AreMostOfThePairsAndNoOthers) {
  const Features features = copied_rows(5000, 24);
  const std::vector<int64_t> rows = all_of(features);
  for (const double threshold : {0.8, 0.9, 0.95, 0.999}) {
    const std::vector<NearPair> all = near_pairs(features, rows, threshold, {});
    const ApproximatePairs found = approximate_pairs(features, rows, threshold, 1, {.threads = 2}, 50);
    EXPECT_TRUE(std::ranges::includes(all, found.pairs, [](const NearPair& a, const NearPair& b) {
      return std::tie(a.row, a.other, a.similarity) < std::tie(b.row, b.other, b.similarity);
    })) << threshold;
    const double recall = static_cast<double>(found.pairs.size()) / static_cast<double>(all.size());
    EXPECT_GE(recall, recall_at(found.recalls, threshold) - 0.03) << threshold << ": " << found.cells << " cells";
    EXPECT_TRUE(recall_at(found.recalls, threshold) >= kRecall || found.cells == kMostCells) << threshold;
    EXPECT_GE(found.cells, 1);
    EXPECT_TRUE(approximate_pairs(features, rows, threshold, 1, {.threads = 1}, 50).pairs == found.pairs) << threshold;
  }
}

TEST(ApproximatePairs, AreMoreCompleteTheCloserTheyAre) {
  const Features features = copied_rows(5000, 24);
  const std::vector<int64_t> rows = all_of(features);
  const ApproximatePairs found = approximate_pairs(features, rows, 0.805, 1, {.threads = 2}, 50);
  ASSERT_EQ(found.recalls.size(), 20);  // 0.805, 0.81, ... 0.99
  EXPECT_EQ(found.recalls.front().similarity, 0.805);
  EXPECT_EQ(found.recalls.back().similarity, 0.99);
  EXPECT_GT(found.recalls.back().recall, found.recalls.front().recall);
  const std::vector<NearPair> all = near_pairs(features, rows, 0.805, {});
  for (const double threshold : {0.805, 0.85, 0.9, 0.95, 0.99}) {
    const auto close = [&](const NearPair& pair) { return pair.similarity >= threshold; };
    const auto has = static_cast<double>(std::ranges::count_if(found.pairs, close));
    EXPECT_GE(has / static_cast<double>(std::ranges::count_if(all, close)), recall_at(found.recalls, threshold) - 0.03) << threshold;
  }
}

TEST(ApproximatePairs, StateWhatHoldsFromTheNearestSimilarityDown) {
  const std::vector<StatedRecall> recalls = {{0.9, 0.98}, {0.95, 0.99}};
  EXPECT_EQ(recall_at(recalls, 0.9), 0.98);
  EXPECT_EQ(recall_at(recalls, 0.94), 0.98);
  EXPECT_EQ(recall_at(recalls, 0.95), 0.99);
  EXPECT_EQ(recall_at(recalls, 1), 0.99);
  EXPECT_EQ(recall_at({}, 0.5), 1);
}

TEST(ApproximatePairs, CompareFewRowsAll) {
  const Features features = copied_rows(300, 8);
  const std::vector<int64_t> rows = all_of(features);
  const ApproximatePairs found = approximate_pairs(features, rows, 0.9, 1, {});
  EXPECT_EQ(found.cells, 0);
  EXPECT_TRUE(found.recalls.empty());
  EXPECT_TRUE(found.pairs == near_pairs(features, rows, 0.9, {}));
}

TEST(ApproximatePairs, GiveUpOnTooMany) {
  const Features features = copied_rows(2000, 8);
  const std::vector<int64_t> rows = all_of(features);
  expect_says(message_of([&] { approximate_pairs(features, rows, 0.5, 1, {}, 50, 100); }), {"more than 100 pairs", "Raise --threshold"});
}

}  // namespace
}  // namespace decant
