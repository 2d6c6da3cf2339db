#include "decant/distill/torch/ridge.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_inv.h>
#include <ATen/ops/linalg_pinv.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/distill/torch/gradient_checks_for_tests.h"

namespace decant::distill {
namespace {

/// Positive definite, n × n.
Tensor drawn_kernel(int64_t n) {
  const Tensor root = drawn({n, n + 2}, "kernel");
  return root.matmul(root.t());
}

/// K_ss + λ tr(K_ss) / n · I, as it is written.
Tensor as_written(const Tensor& kernel, double ridge) {
  const int64_t n = kernel.size(0);
  return kernel + at::eye(n, kernel.options()) * (ridge * kernel.trace().item<double>() / static_cast<double>(n));
}

TEST(CentredOneHot, SumsToZero) {
  const Tensor labels = centred_one_hot(at::tensor({2, 0}, at::kLong), 4);
  EXPECT_TRUE(labels.equal(at::tensor({-0.25, -0.25, 0.75, -0.25, 0.75, -0.25, -0.25, -0.25}, at::kDouble).view({2, 4})));
}

TEST(RidgeWeights, SolveTheirEquations) {
  const Tensor kernel = drawn_kernel(5);
  const Tensor labels = drawn({5, 3}, "labels");
  const Tensor weights = ridge_weights(kernel, labels, 0.1);
  EXPECT_LT((as_written(kernel, 0.1).matmul(weights) - labels).abs().max().item<double>(), 1e-12);
}

TEST(RidgeWeights, HaveTheGradientOfFiniteDifferences) {
  const Tensor root = drawn({4, 6}, "root");
  const Tensor labels = drawn({4, 3}, "labels");
  const Tensor pull = drawn({4, 3}, "pull");
  const auto of_kernel = [&](const Tensor& x) { return (ridge_weights(x.matmul(x.t()), labels, 0.1) * pull).sum(); };
  const auto of_labels = [&](const Tensor& y) { return (ridge_weights(root.matmul(root.t()), y, 0.1) * pull).sum(); };
  EXPECT_LT(gradient_fault(of_kernel, root), 1e-6);
  EXPECT_LT(gradient_fault(of_labels, labels), 1e-6);
}

TEST(RidgeWeights, AreNoNumbersWhereTheMatrixIsNoKernel) {
  const Tensor labels = drawn({3, 2}, "labels");
  Tensor broken = at::eye(3, at::kDouble);
  broken[1][1] = std::numeric_limits<double>::quiet_NaN();
  for (const Tensor& kernel : {-at::eye(3, at::kDouble), broken}) EXPECT_TRUE(ridge_weights(kernel, labels).isnan().all().item<bool>());
}

TEST(ShareRight, CountsTheRowsWhoseLargestIsTheirs) {
  const Tensor predictions = at::tensor({0.1, 0.9, 0.8, 0.2, 0.4, 0.6, 0.7, 0.3}, at::kDouble).view({4, 2});
  EXPECT_EQ(share_right(predictions, at::tensor({1, 0, 0, 0}, at::kLong)), 0.75);
}

TEST(LabelSolver, IsThePseudoInverseOfThePaper) {
  const Tensor kernel = drawn_kernel(4);
  const Tensor cross = drawn({30, 4}, "cross");
  const Tensor targets = drawn({30, 3}, "targets");
  LabelSolver solver;
  solver.add(cross.narrow(0, 0, 11), targets.narrow(0, 0, 11));
  solver.add(cross.narrow(0, 11, 19), targets.narrow(0, 11, 19));
  const Tensor paper = at::linalg_pinv(cross.matmul(at::linalg_inv(as_written(kernel, 0.1)))).matmul(targets);
  EXPECT_LT((solver.labels(kernel, 0.1) - paper).abs().max().item<double>(), 1e-10);
}

// A picture that is in the set twice leaves one direction that says nothing.
TEST(LabelSolver, LeavesOutWhatPicturesTwiceSay) {
  const Tensor points = drawn({3, 5}, "points");
  const Tensor twice = points.index_select(0, at::tensor({0, 1, 2, 0}, at::kLong));
  const Tensor others = drawn({20, 5}, "others");
  const Tensor targets = drawn({20, 2}, "targets");
  const auto prediction = [&](const Tensor& set) {
    LabelSolver solver;
    const Tensor cross = others.matmul(set.t());
    const Tensor kernel = set.matmul(set.t());
    solver.add(cross, targets);
    return cross.matmul(ridge_weights(kernel, solver.labels(kernel)));
  };
  EXPECT_LT((prediction(twice) - prediction(points)).abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace decant::distill
