// k-center: rows such that no row of the pool is far from all of them. Each pick is the row
// farthest from those picked before.
//
//   first   argmin_x ‖a_x − μ‖,  μ the mean of the pool
//   then    argmax_x min_{s∈S} ‖a_x − a_s‖
//
// a_x = x, or x/‖x‖ (a zero row stays zero). Ties to the smaller row.
//
// Source: Gonzalez, "Clustering to minimize the maximum intercluster distance", TCS 1985: the
// largest distance that is left is at most twice the least possible. For coresets: Sener &
// Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018,
// arXiv:1708.00489.
//
// Distances are float64: ‖a_x‖² + ‖a_s‖² − 2·⟨a_x, a_s⟩ from canonical dots (kernels/dot.h), 0
// where that is no more than rounding (10⁻¹³ of the norms), so picks are the same on every machine
// and for any number of threads.
//
// Cost: n·count dots, 30 to 60 ns each for 256 columns. Memory: 40 bytes per row (and 4·n·d for
// features that are no aligned float32).
//
// Traps. The farthest row is an outlier by definition: broken samples and wrong labels come first;
// leave them out before. DeepCore starts at a random row and keeps a matrix of all distances to all
// picks; copies of it start at row 0, whatever that is. Equal rows have distance 0: duplicates come
// last, in ascending order.
#pragma once

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct KCenterOptions {
  bool unit = false;  ///< rows scaled to length 1: the distance is √(2 − 2·cos)
};

/// The first pool.count picks, pool.chosen among them in front; gains are distances to the rows
/// picked before, the first's to the mean. REQUIRES: finite rows (require_finite).
Ranking k_center(const Features& features, const PoolTask& pool, const KCenterOptions& options, const Context& context);

}  // namespace decant
