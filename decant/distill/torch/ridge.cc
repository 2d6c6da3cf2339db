#include "decant/distill/torch/ridge.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cholesky_solve.h>
#include <ATen/ops/diag_embed.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_cholesky_ex.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>
#include <limits>

namespace decant::distill {
namespace {

/// K_ss + λ tr(K_ss) / n · I.
Tensor with_ridge(const Tensor& kernel, double ridge) {
  const Tensor diagonal = kernel.diagonal();
  return kernel + at::diag_embed((diagonal.mean() * ridge).expand_as(diagonal));
}

}  // namespace

Tensor centred_one_hot(const Tensor& labels, int64_t classes) {
  const Tensor encoded = at::full({labels.size(0), classes}, -1.0 / static_cast<double>(classes), labels.options().dtype(at::kDouble));
  return encoded.scatter(1, labels.unsqueeze(1), 1 - 1.0 / static_cast<double>(classes));
}

Tensor ridge_weights(const Tensor& kernel, const Tensor& labels, double ridge) {
  const auto [factor, fault] = at::linalg_cholesky_ex(with_ridge(kernel, ridge));
  return at::cholesky_solve(labels, factor).masked_fill(fault.ne(0), std::numeric_limits<double>::quiet_NaN());
}

double share_right(const Tensor& predictions, const Tensor& labels) {
  return predictions.argmax(1).eq(labels).to(at::kDouble).mean().item<double>();
}

void LabelSolver::add(const Tensor& cross, const Tensor& labels) {
  const Tensor gram = at::matmul(cross.t(), cross);
  const Tensor target = at::matmul(cross.t(), labels);
  gram_ = gram_.defined() ? gram_ + gram : gram;
  target_ = target_.defined() ? target_ + target : target;
}

Tensor LabelSolver::labels(const Tensor& kernel, double ridge, double smallest) const {
  const auto [strength, direction] = at::linalg_eigh(gram_);
  const Tensor kept = strength > strength.max() * smallest;
  const Tensor inverse = strength.reciprocal().masked_fill(kept.logical_not(), 0);
  const Tensor weights = at::matmul(direction, inverse.unsqueeze(1) * at::matmul(direction.t(), target_));
  return at::matmul(with_ridge(kernel, ridge), weights);
}

}  // namespace decant::distill
