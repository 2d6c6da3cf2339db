// Kernel ridge regression: what a set of labelled pictures predicts for others, in closed form.
//
//     predictions = K_ts α,     (K_ss + λ tr(K_ss) / n · I) α = Y_s
//
// K_ss: kernel of the n pictures of the set with each other, K_ts: of others with them, Y_s: their
// labels. The ridge is measured in the mean of the diagonal, so λ means the same for every kernel.
// Solved through Cholesky; differentiable in K_ts, K_ss and Y_s.
//
// Labels are one-hot and centred: 1 − 1/C for the class, −1/C for the others, so that a picture
// unlike all others is predicted to be of no class. A network that is to learn from labels so made
// must be trained on them as they are, with the squared error: softmax of them is nearly uniform.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise

namespace decant::distill {

using at::Tensor;

inline constexpr double kUsualRidge = 1e-6;

/// float64 (n, classes). `labels`: int64 (n), each below `classes`.
Tensor centred_one_hot(const Tensor& labels, int64_t classes);

/// α, (n, classes). `kernel`: K_ss. All NaN where the matrix with its ridge is not positive
/// definite, so that what is made of them is seen to be no number. Cost: n³/3.
Tensor ridge_weights(const Tensor& kernel, const Tensor& labels, double ridge = kUsualRidge);

/// Share of the rows whose largest prediction is that of their class; the first of equal ones
/// counts. `predictions`: (m, classes); `labels`: int64 (m).
double share_right(const Tensor& predictions, const Tensor& labels);

/// The labels of the pictures that predict best, in least squares, given the pictures:
///     Y_s = (K_ss + λ tr(K_ss) / n · I) α,     α = argmin ‖K_ts α − Y_t‖²
/// This is Label Solve's Y_s = (K_ts (K_ss + …)⁻¹)⁺ Y_t without the inverse. All that it needs of
/// the others is sums over them, so they come in pieces, and memory is n² however many there are.
class LabelSolver {
 public:
  /// `cross`: K_ts (m, n); `labels`: Y_t (m, classes). Cost: m n².
  void add(const Tensor& cross, const Tensor& labels);
  /// Directions of the pictures' kernels below `smallest` of the strongest are left out, as a
  /// pseudo-inverse does. REQUIRES: add() before.
  Tensor labels(const Tensor& kernel, double ridge = kUsualRidge, double smallest = 1e-12) const;

 private:
  Tensor gram_;    ///< K_tsᵀ K_ts
  Tensor target_;  ///< K_tsᵀ Y_t
};

}  // namespace decant::distill
