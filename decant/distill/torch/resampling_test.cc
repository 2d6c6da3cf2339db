#include "decant/distill/torch/resampling.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/distill/torch/gradient_checks_for_tests.h"

namespace decant::distill {
namespace {

TEST(Resampling, EnlargesAsBilinearInterpolationDoes) {
  const Tensor pictures = drawn({2, 3, 9, 7}, "pictures");
  const CropBox box{2, 1, 5, 4};
  const Tensor plain = at::upsample_bilinear2d(pictures.narrow(2, 2, 5).narrow(3, 1, 4), {12, 9}, false);
  EXPECT_TRUE(at::allclose(resampled(pictures, box, 12, 9), plain, 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(resampled(pictures, 9, 7), pictures, 0, 0));
}

/// Shrunk to half: a triangle two new pixels wide over the old ones.
TEST(Resampling, ShrinksByATriangle) {
  const Tensor line = drawn({1, 1, 1, 8}, "line");
  const Tensor half = resampled(line, 1, 4);
  const double* const x = line.data_ptr<double>();
  EXPECT_NEAR(half.flatten().data_ptr<double>()[1], (x[1] + 3 * x[2] + 3 * x[3] + x[4]) / 8, 1e-12);
  EXPECT_NEAR(half.flatten().data_ptr<double>()[0], (3 * x[0] + 3 * x[1] + x[2]) / 7, 1e-12);
}

TEST(Resampling, KeepsMeansInRange) {
  const Tensor ones = at::ones({1, 2, 11, 13}, at::kDouble);
  for (const int64_t side : {1, 5, 11, 30})
    EXPECT_TRUE(at::allclose(resampled(ones, {1, 2, 9, 8}, side, side), at::ones({1, 2, side, side}, at::kDouble)));
}

TEST(Resampling, HasTheGradientOfFiniteDifferences) {
  const auto loss = [](const Tensor& pictures) { return resampled(pictures, {1, 0, 4, 5}, 7, 3).square().sum(); };
  EXPECT_LT(gradient_fault(loss, drawn({1, 2, 6, 6}, "pictures")), 1e-6);
}

TEST(DrawnCrops, AreOfTheSharesAskedFor) {
  double least = 1;
  double most = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    Random random(1, "crop", i);
    const CropBox box = drawn_crop(40, 60, {.least = 0.25}, random);
    ASSERT_GE(std::min(box.top, box.left), 0);
    ASSERT_LE(box.top + box.height, 40);
    ASSERT_LE(box.left + box.width, 60);
    const double share = static_cast<double>(box.height * box.width) / 2400;
    const double ratio = static_cast<double>(box.width) / static_cast<double>(box.height);
    least = std::min(least, share);
    most = std::max(most, share);
    ASSERT_GT(ratio, 0.7);
    ASSERT_LT(ratio, 1.4);
  }
  EXPECT_NEAR(least, 0.25, 0.02);
  EXPECT_GT(most, 0.6);
}

TEST(DrawnCrops, AreTheCentreWhereNoneFits) {
  Random random(1, "crop");
  EXPECT_EQ(drawn_crop(4, 1000, {.least = 1, .ratio = 1}, random), (CropBox{0, 498, 4, 4}));
}

}  // namespace
}  // namespace decant::distill
