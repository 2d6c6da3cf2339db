// Kernel herding: rows whose characteristic function is the pool's. Where herding matches means
// alone, this matches the distribution as far as m frequencies see it.
//
//   φ(x) = [cos ω_1·x, sin ω_1·x, …, cos ω_m·x, sin ω_m·x],     herding of φ
//
//   ω_j = g_j / (σ s_j),   g_j ~ Normal(0, I),   σ: the median distance of two rows of the pool
//   s_j = 4, 2, 1, ½ in turn: from what sets groups apart to what sets neighbours apart
//
// The mean of φ over some rows is their empirical characteristic function at ±ω_j, so ‖mean of φ
// over the picks − mean over the pool‖² is m times its mean squared difference there, and each pick
// lowers it as far as one row can. By Bochner's theorem it also estimates the maximum mean
// discrepancy of the kernel E cos ω·(x − y), here a mean of four Gaussians.
//
// Source: Chen, Welling and Smola, "Super-samples from kernel herding", UAI 2010, arXiv:1203.3472;
// Rahimi and Recht, "Random features for large-scale kernel machines", NIPS 2007. The same distance
// is what FAST minimises (Cui et al., "FAST: topology-aware frequency-domain distribution matching
// for coreset selection", arXiv:2511.19476): it moves free points by gradients, with an extra
// weight on the phase, frequencies from low to high and a graph of neighbours, and takes real rows
// near them afterwards. Here real rows are picked at once, at all frequencies.
//
// Cost: 2·n·d·m flops in canonical float64 sums and 2·n·m values of cos and sin, then herding over
// 2·m columns. Memory: 8·n·m bytes for the largest pool, and herding's.
//
// Traps. Distances are those of the columns as given. Matching the distribution keeps its share of
// wrong labels and of copies.
#pragma once

#include <cstdint>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct KernelHerdingOptions {
  int64_t frequencies = 256;  ///< m, 1 … 65,536
  uint64_t seed = 0;
};

/// The first pool.count picks, pool.chosen among them in front; gains as herding's, of φ.
/// InputError for m out of range. REQUIRES: finite rows.
Ranking kernel_herding(const Features& features, const PoolTask& pool, const KernelHerdingOptions& options, const Context& context);

/// φ of the pool's rows, (rows, 2 m). `context` only speeds it up.
Matrix<float> random_fourier_features(const Features& features, const PoolTask& pool, const KernelHerdingOptions& options,
                                      const Context& context);

}  // namespace decant
