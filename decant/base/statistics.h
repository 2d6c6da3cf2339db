// Means, intervals and rank correlations for tables.
#pragma once

#include <span>

namespace decant {

/// The value t with P(|T| ≤ t) = confidence for Student's T with `freedom` > 0 degrees of freedom
/// (need not be whole). By bisection on the incomplete beta function; relative error below 1e-9.
double student_t(double freedom, double confidence = 0.95);

struct Estimate {
  double mean = 0;
  double half_width = 0;  ///< of the confidence interval; infinite for a single value
};

/// Mean and 95 % interval of the mean, by t. REQUIRES: not empty.
Estimate estimate(std::span<const double> values);

/// mean(a) − mean(b) with its 95 % interval by Welch's test (B. L. Welch, Biometrika 34, 1947),
/// which does not assume that both scatter alike: s² = s_a²/n_a + s_b²/n_b, half width = t(ν)·s, ν
/// = s⁴ / ((s_a²/n_a)²/(n_a−1) + (s_b²/n_b)²/(n_b−1)). Infinite half width when either side has one
/// value. REQUIRES: neither is empty.
Estimate difference(std::span<const double> a, std::span<const double> b);

/// The mean of a[i] − b[i] with its 95 % interval by t, n − 1 degrees of freedom: for values that
/// belong together in pairs (the same seed on either side), whose common scatter cancels. Infinite
/// half width for one pair. REQUIRES: equal lengths, not empty.
Estimate paired_difference(std::span<const double> a, std::span<const double> b);

/// Kendall's τ-b (M. G. Kendall, Biometrika 33, 1945): how far two orders of the same n things
/// agree, 1 = the same, −1 = reversed.
///   τ = (C − D) / √((n₀ − n_a)(n₀ − n_b)),   n₀ = n(n − 1)/2 pairs, C of them in the same order on both sides, D in opposite ones,
///   n_a and n_b tied in a and in b.
/// NaN where a side is all ties, or has fewer than two values: there is no order then. O(n²).
/// REQUIRES: equal lengths.
double kendall_tau(std::span<const double> a, std::span<const double> b);

/// Spearman's ρ (C. Spearman, 1904): the correlation of ranks, of ties their mean. NaN where a side
/// is all ties, or has fewer than two values. REQUIRES: equal lengths.
double spearman_rho(std::span<const double> a, std::span<const double> b);

}  // namespace decant
