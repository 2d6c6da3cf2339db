// Shares that add up to one, drawn from a symmetric Dirichlet distribution.
#pragma once

#include <vector>

#include "decant/base/random.h"

namespace decant::trials {

/// `count` shares of Dirichlet(α, …, α): gamma variates over their sum (Marsaglia and Tsang, ACM
/// TOMS 2000; below α = 1 by their boost). In logarithms, so that a small α does not end in 0/0:
/// there one share is nearly all. REQUIRES: α > 0, count ≥ 1.
std::vector<double> dirichlet(double alpha, int count, Random random);

}  // namespace decant::trials
