#include "decant/distill/torch/flat_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <cmath>
#include <gtest/gtest.h>

namespace decant::distill {
namespace {

// f(x, y) = x²/2 + 2 y², so ∇f = (x, 4 y).
nn::Tensors bowl(const nn::Tensors& p) {
  return {p[0] * at::tensor({1.0, 4.0}, at::kDouble)};
}

void expect_pair(const at::Tensor& value, double x, double y) {
  EXPECT_NEAR(value[0].item<double>(), x, 1e-12);
  EXPECT_NEAR(value[1].item<double>(), y, 1e-12);
}

TEST(FlatGradient, IsTheGradientWithoutARadius) {
  expect_pair(flat_gradient(bowl, {at::tensor({3.0, 1.0}, at::kDouble)}, {.radius = 0})[0], 3, 4);
}

// g = (3, 4), e = 0.5 g/5 = (0.3, 0.4), h = (3.3, 5.6).
TEST(FlatGradient, LooksUphill) {
  expect_pair(flat_gradient(bowl, {at::tensor({3.0, 1.0}, at::kDouble)}, {.radius = 0.5, .gap = 0, .adaptive = false})[0], 3.3, 5.6);
}

TEST(FlatGradient, ClimbsAtRightAngles) {
  const auto found = flat_gradient(bowl, {at::tensor({3.0, 1.0}, at::kDouble)}, {.radius = 0.5, .gap = 1, .adaptive = false})[0];
  const double along = (3 * 3.3 + 4 * 5.6) / (3.3 * 3.3 + 5.6 * 5.6);
  expect_pair(found, 3.3 - (3 - along * 3.3), 5.6 - (4 - along * 5.6));
}

// T g = (9, 4), e = 0.5 (27, 4)/√97.
TEST(FlatGradient, ScalesWithTheWeights) {
  const double factor = 0.5 / std::sqrt(97.0);
  expect_pair(flat_gradient(bowl, {at::tensor({3.0, 1.0}, at::kDouble)}, {.radius = 0.5, .gap = 0, .adaptive = true})[0], 3 + 27 * factor,
              4 * (1 + 4 * factor));
}

TEST(FlatGradient, StaysAtRestWhereThereIsNoSlope) {
  expect_pair(flat_gradient(bowl, {at::tensor({0.0, 0.0}, at::kDouble)}, {.radius = 0.5})[0], 0, 0);
}

}  // namespace
}  // namespace decant::distill
