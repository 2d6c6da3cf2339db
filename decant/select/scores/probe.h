// Leave-one-out margins of a linear probe (ridge regression), exact, without training.
//
// Targets are one-hot, y_ic; columns are centred, x̃ = x − mean; the covariance of the n rows is V
// diag(λ_j) Vᵀ, z_i = Vᵀ x̃_i. Ridge regression with an intercept, penalty α on the mean squared
// error, gives
//
//     f_ic = π_c + Σ_j z_ij w_cj,    w_cj = (1/n Σ_{k of class c} z_kj) / (λ_j + α),    π_c = share of class c
//     h_i  = 1/n + Σ_j z_ij² / (n (λ_j + α))                                            (leverage)
//     f_ic without row i = y_ic − (y_ic − f_ic) / (1 − h_i)                             (exact; n·α stays as it is)
//     margin_i = f_iy − max over c ≠ y of f_ic,   both without row i;  > 0 where the probe is right
//
// α is that of seven powers of ten, 10⁻⁴ … 10² times the mean λ_j, which leaves the least squared
// error without the row itself.
//
// Source: the identity is the PRESS statistic's, Allen, "The relationship between variable
// selection and data augmentation and a method for prediction", Technometrics 16, 1974; Hoerl and
// Kennard, Technometrics 12, 1970. That a row be judged by models that did not see it is the
// thought of UNSEEN (arXiv:2511.12988) as well; there it costs K trainings.
//
// Cost: n·d² multiplications twice, seven times more for up to 16,384 rows that choose α, 4·d³,
// n·d·classes; memory 2·d² doubles and a few hundred rows per thread. The same bytes for every
// number of threads.
// Traps: columns count as they are scaled; a class of one row has nothing left to be judged by, and
// its margin is negative.
#pragma once

#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"

namespace decant {

struct Probe {
  std::vector<double> margins;  ///< (n,); NaN for rows that were left out
  double penalty = 0;           ///< α
  double right = 0;             ///< share of the rows with a margin above 0
};

/// `labels`: 0 or more, of every row of the features; rows in `left_out` (ascending) are ignored.
/// REQUIRES: finite rows. Throws InputError for labels of one class alone, and for more than
/// kProbeWidth columns.
Probe probe_margins(const Features& features, std::span<const int32_t> labels, std::span<const int64_t> left_out, const Context& context);

/// Wider features would take minutes and gigabytes for their eigenvectors.
inline constexpr int64_t kProbeWidth = 8192;

}  // namespace decant
