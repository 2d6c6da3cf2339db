// The little statistics that honest tables need.
#pragma once

#include <span>

namespace decant {

/// The value t with P(|T| ≤ t) = confidence for Student's T with `freedom` > 0 degrees of freedom (need not be whole).
/// By bisection on the incomplete beta function; relative error below 1e-9.
double student_t(double freedom, double confidence = 0.95);

struct Estimate {
  double mean = 0;
  double half_width = 0;  ///< of the confidence interval; infinite for a single value
};

/// Mean and 95 % interval of the mean, by t. REQUIRES: not empty.
Estimate estimate(std::span<const double> values);

/// Mean of aᵢ − bᵢ and its 95 % interval: for runs paired by seed. REQUIRES: equal, non-zero lengths.
Estimate paired_difference(std::span<const double> a, std::span<const double> b);

}  // namespace decant
