// The canonical squared distance: the same bits on every machine, and no cancellation.
//
//   Σ_k (x_k − y_k)²
//
// Summed as dot.h sums: 16 lanes, lane l takes the elements l, l+16, … in this order, both factors
// promoted to float64, difference, square and sum each rounded, the lanes added as the tree
// 8-4-2-1. So equal rows are at distance 0 exactly, and d(x, y) = d(y, x). About 0.4 ns per value.
// Products of matrices (gemm.h) find out who could be near at a tenth of that.
#pragma once

#include <span>

namespace decant {

/// REQUIRES: equal lengths.
double squared_distance(std::span<const float> x, std::span<const float> y);
double squared_distance(std::span<const float> x, std::span<const double> y);

}  // namespace decant
