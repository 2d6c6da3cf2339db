// SubZeroCore: facility location in which a candidate counts for more where the pool is about as
// dense as it mostly is.
//
//   maximise F(S) = Σ_i max_{j∈S} s_j·max(0, cos(x_i, x_j))                    (facility_location.h, by greedy)
//   s_j = exp(−(r_j − r̄)²/(2σ²)),   r_j = 1 − cos of x_j's K-th nearest row,   r̄, σ² mean and variance of r over the pool; 1 where σ = 0
//   K   = the least for which 1 − Π_{k=1…K} (N − M − k)/(N − k) ≥ γ             N rows, M kept
//
// The product is the chance that none of a row's K nearest is in a random set of M rows; so γ is
// the share of rows that such a set covers.
//
// Source: "SubZeroCore: a submodular approach with zero training for coreset selection",
// arXiv:2509.21748.
//
// Rules that the paper leaves open. A row is not its own neighbour, but its copies are. Cosines are
// canonical (pool_rows.h), r̄ and σ are float64 sums in ascending order, and s_j is rounded to
// float32, so that the last bit of a library's exp is not seen. The default of γ is that of a
// re-implementation, 0.6.
//
// Cost: 2·n²·d flops for the neighbours, then facility location. Memory: that, and 256·8·(3·K + 64)
// bytes per thread, more where many cosines are equal.
//
// Traps. Written as the quotient of two products, the chance is ∞/∞ for large pools, a NaN that
// ends the search early (K = 66 instead of 457 for N = 50,000, M = 500, γ = 0.99): here it is a
// running product of ratios. Raw cosines can be negative; F is only monotone with max(0, cos). The
// weight prefers typical density, not the highest. Rows far from all others get little weight.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct SubZeroCoreOptions {
  double coverage = 0.6;  ///< γ, between 0 and 1
};

/// The first pool.count picks; gains are F's. The weights depend on pool.count, so the order serves
/// that alone. InputError for a coverage that is not between 0 and 1. REQUIRES: finite rows
/// (require_finite).
Ranking subzerocore(const Features& features, const PoolTask& pool, const SubZeroCoreOptions& options, const Context& context);

/// K. REQUIRES: 1 ≤ kept ≤ rows, 0 < coverage < 1. 0 for a pool of one row.
int64_t covering_neighbours(int64_t rows, int64_t kept, double coverage);
/// r_j of every row of the pool, at least 0. REQUIRES: 1 ≤ neighbours < rows.
std::vector<double> neighbour_radii(const Features& features, const PoolTask& pool, int64_t neighbours, const Context& context);
/// s_j from r_j.
std::vector<double> density_weights(std::span<const double> radii);

}  // namespace decant
