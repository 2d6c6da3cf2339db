#include "decant/dedup/near_pairs.h"

#include <atomic>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/dedup/sketch.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

Features matrix_of(std::vector<float> values, int64_t width) {
  auto owner = std::make_shared<std::vector<float>>(std::move(values));
  return {MatrixView<const float>(owner->data(), static_cast<int64_t>(owner->size()) / width, width), owner};
}

std::vector<int64_t> every_row(const Features& features) {
  std::vector<int64_t> rows(static_cast<size_t>(features.count()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Rows about few centres at distances of every size, so that there are pairs at any threshold;
/// columns fade, as features' do; equal rows, scaled rows and rows of zeros among them.
Features crowd(int64_t count, int64_t width, double fade, uint64_t seed) {
  Random random(seed, "crowd");
  std::vector<float> values(static_cast<size_t>(count * width));
  const int64_t centres = std::max<int64_t>(1, count / 8);
  for (int64_t row = 0; row < count; ++row) {
    const double noise = std::pow(10, -4 * random.uniform());
    Random centre(seed + 1 + random.below(static_cast<uint64_t>(centres)), "centre");
    for (int64_t k = 0; k < width; ++k)
      values[static_cast<size_t>(row * width + k)] =
          static_cast<float>((centre.normal() + noise * random.normal()) * std::exp(-fade * static_cast<double>(k)));
  }
  for (int64_t row = 5; row < count; row += 11) {
    for (int64_t k = 0; k < width; ++k) {
      const float scale = row % 3 == 0 ? 0.0F : row % 3 == 1 ? 1.0F : 7.5F;
      values[static_cast<size_t>(row * width + k)] = scale * values[static_cast<size_t>((row - 5) * width + k)];
    }
  }
  return matrix_of(std::move(values), width);
}

std::vector<NearPair> at_least(double threshold, std::vector<NearPair> pairs) {
  std::erase_if(pairs, [&](const NearPair& pair) { return pair.similarity < threshold; });
  return pairs;
}

void expect_plain(const Features& features, const std::vector<int64_t>& rows, const std::string& what) {
  const std::vector<NearPair> all = near_pairs_plain(features, rows, -1);
  for (const double threshold : {-1.0, 0.0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.99999, 1.0}) {
    for (const int threads : {1, 2})
      EXPECT_TRUE(near_pairs(features, rows, threshold, {.threads = threads}) == at_least(threshold, all)) << what << " at " << threshold;
  }
}

TEST(NearPairs, AreThoseOfEveryPairMeasured) {
  for (const int64_t width : {1, 3, 16, 40})
    expect_plain(crowd(300, width, 0, 7), every_row(crowd(300, width, 0, 7)), std::to_string(width) + " columns");
  expect_plain(crowd(60, 5, 0, 2), {0, 3, 5, 16, 17, 40, 59}, "some of the rows");
  expect_plain(crowd(1, 5, 0, 2), {0}, "one row");
  expect_plain(crowd(1, 5, 0, 2), {}, "none");
}

TEST(NearPairs, AreTheSameThroughAShortSketch) {
  for (const double fade : {0.0, 0.1}) {
    const Features features = crowd(1700, 40, fade, 3);
    const std::vector<int64_t> rows = every_row(features);
    const std::vector<NearPair> all = near_pairs_plain(features, rows, 0.5);
    for (const double threshold : {0.5, 0.9, 0.95, 0.999, 1.0}) {
      const Sketch sketch(features, rows, threshold, {});
      if (fade > 0 && threshold > 0.8) {
        EXPECT_LT(sketch.width(), features.width()) << fade << " " << threshold;
      }
      EXPECT_TRUE(near_pairs(features, rows, threshold, {.threads = 2}) == at_least(threshold, all)) << fade << " " << threshold;
    }
  }
}

TEST(NearPairs, AProductOfTheSketchBoundsTheCosine) {
  const Features features = crowd(2000, 40, 0.2, 5);
  const std::vector<int64_t> rows = every_row(features);
  const Sketch sketch(features, rows, 0.95, {});
  ASSERT_LT(sketch.width(), 40);
  Matrix<float> scratch;
  const MatrixView<const float> all = sketch.tile(0, 2000, scratch);
  for (int64_t i = 0; i < 300; ++i) {
    for (int64_t j = i + 1; j < 2000; j += 7) {
      const auto x = features.matrix()[i];
      const auto y = features.matrix()[j];
      if (sketch.square(i) == 0 || sketch.square(j) == 0) continue;
      float product = 0;
      for (int64_t k = 0; k < all.cols; ++k) product += all[i][static_cast<size_t>(k)] * all[j][static_cast<size_t>(k)];
      EXPECT_LE(dot(x, y) / std::sqrt(sketch.square(i) * sketch.square(j)), product + sketch.slack());
    }
  }
}

TEST(NearPairs, EqualRowsHaveASimilarityOfOneAtEveryScale) {
  for (const float scale : {1e-30F, 1.0F, 1e30F}) {
    const Features features = matrix_of({3 * scale, 1 * scale, 3 * scale, 1 * scale, -3 * scale, -1 * scale}, 2);
    const auto pairs = near_pairs(features, every_row(features), 1.0, {});
    ASSERT_EQ(pairs.size(), 1u);
    EXPECT_EQ(pairs[0], (NearPair{0, 1, 1.0}));
  }
}

TEST(NearPairs, TooManyAreAnErrorThatSaysWhatToDo) {
  const Features features = matrix_of(std::vector<float>(100, 1.0F), 1);
  EXPECT_EQ(near_pairs(features, every_row(features), 0.9, {}, 4950).size(), 4950u);
  expect_says(message_of([&] { near_pairs(features, every_row(features), 0.9, {}, 4949); }),
              {"more than 4,949 pairs", "0.9", "--threshold"});
}

TEST(NearPairs, StopWhenCancelled) {
  const std::atomic<bool> flag{true};
  const Features features = crowd(50, 4, 0, 1);
  EXPECT_THROW(near_pairs(features, every_row(features), 0.9, {.cancel = &flag}), Cancelled);
}

}  // namespace
}  // namespace decant
