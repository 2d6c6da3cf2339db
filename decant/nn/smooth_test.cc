#include "decant/nn/smooth.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

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

/// ¼ of what is missing to Laplace's equation at every pixel: (height, width) of one plane.
std::vector<double> bends_of(const Tensor& plane) {
  const int64_t side = plane.size(0);
  const Tensor whole = plane.contiguous();
  const double* value = whole.data_ptr<double>();
  std::vector<double> bends(static_cast<size_t>(side * side));
  for (int64_t at = 0; at < side * side; ++at) {
    const int64_t y = at / side;
    const int64_t x = at % side;
    for (const auto& [dy, dx] : {std::array<int64_t, 2>{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      if (y + dy < 0 || y + dy >= side || x + dx < 0 || x + dx >= side) continue;
      bends[static_cast<size_t>(at)] += (value[at + dy * side + dx] - value[at]) / 4;
    }
  }
  return bends;
}

// The smoothest surface with given means bends alike everywhere in a patch.
TEST(SmoothFill, WithMeansIsTheSmoothestSurfaceThatHasThem) {
  constexpr int64_t kSide = 32;
  for (const int64_t patch : {1, 2, 4}) {
    const Tensor images = at::zeros({1, 1, kSide, kSide}, at::kDouble);
    Random random(3, "images");
    std::generate_n(images.data_ptr<double>(), images.numel(), [&] { return random.normal(); });
    const Tensor dropped = holes(kSide);
    const Tensor filled = smooth_fill_with_means(images, dropped, patch);
    EXPECT_TRUE(at::where(dropped, images, filled).equal(images)) << "kept pixels stay";
    const Tensor gap = (filled - images) - without_patch_means(filled - images, patch);
    EXPECT_LT(gap.abs().max().item<double>(), 1e-12) << "and so do means";
    const std::vector<double> bends = bends_of(filled[0][0]);
    double widest = 0;
    for (int64_t at = 0; at < kSide * kSide; ++at) {
      const int64_t first = at / kSide / patch * patch * kSide + at % kSide / patch * patch;
      if (dropped.data_ptr<bool>()[at])
        widest = std::max(widest, std::abs(bends[static_cast<size_t>(at)] - bends[static_cast<size_t>(first)]));
    }
    EXPECT_LT(widest, 0.02) << patch;
  }
}

}  // namespace
}  // namespace decant::nn
