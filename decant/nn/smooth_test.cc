#include "decant/nn/smooth.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace decant::nn {
namespace {

/// Holes of 4×4 with a chance of a quarter, next to each other as it comes, borders included.
Tensor holes(int64_t side) {
  const Tensor dropped = at::zeros({1, 1, side, side}, at::kBool);
  Random random(7, "holes");
  for (int64_t y = 0; y < side; y += 4) {
    for (int64_t x = 0; x < side; x += 4) {
      if (random.below(4) == 0) dropped.narrow(2, y, 4).narrow(3, x, 4).fill_(true);
    }
  }
  return dropped;
}

TEST(SmoothFill, SolvesLaplacesEquationInTheHoles) {
  constexpr int64_t kSide = 32;
  const Tensor images = at::zeros({1, 2, kSide, kSide}, at::kDouble);
  Random random(3, "images");
  std::generate_n(images.data_ptr<double>(), images.numel(), [&] { return random.normal(); });
  const Tensor dropped = holes(kSide);
  const bool* hole = dropped.data_ptr<bool>();
  const Tensor spoiled = images.masked_fill(dropped, std::numeric_limits<double>::quiet_NaN());
  const Tensor filled = smooth_fill(spoiled, dropped);
  int64_t solved = 0;
  for (int64_t channel = 0; channel < 2; ++channel) {
    const Tensor plane = filled[0][channel].contiguous();
    const double* value = plane.data_ptr<double>();
    for (int64_t at = 0; at < kSide * kSide; ++at) {
      if (!hole[at]) {
        EXPECT_EQ(value[at], images.data_ptr<double>()[channel * kSide * kSide + at]);
        continue;
      }
      double sum = 0;
      int count = 0;
      const int64_t y = at / kSide;
      const int64_t x = at % kSide;
      for (const auto& [dy, dx] : {std::array<int64_t, 2>{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
        if (y + dy < 0 || y + dy >= kSide || x + dx < 0 || x + dx >= kSide) continue;
        sum += value[at + dy * kSide + dx];
        ++count;
      }
      EXPECT_NEAR(value[at], sum / count, 5e-3) << y << " " << x;
      ++solved;
    }
  }
  EXPECT_GT(solved, 200);
}

TEST(SmoothFill, OfAPictureThatKeepsNothingIsZero) {
  const Tensor all = at::zeros({1, 1, 4, 4}, at::kBool).fill_(true);
  EXPECT_EQ(smooth_fill(at::zeros({1, 3, 4, 4}) + 5, all).abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace decant::nn
