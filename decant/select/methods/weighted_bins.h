// Bins that give unequal shares: those that represent the data well and those of many different
// rows give more.
//
//   r_b = α·½·(Rep_b/ΣRep + Div_b/ΣDiv) + (1 − α)·n_b/Σn           b a bin of a pool, n_b its rows; sums over the pool's bins
//
//   Rep_b = mean of a score over the bin's rows: one that is given, or |gain|
//   Div_b = 1 − mean cosine of two different rows of the bin        = 1 − (‖Σu‖² − Σ‖u‖²)/(n_b·(n_b − 1)), u = x/‖x‖, exact without pairs
//
// A pool's share of the count goes to its bins in proportion to r_b·n_b, no bin more than it has
// (share_weighted() in quota.h): so the larger the ratio, the more bins are full and the more equal
// the others become. What pools round away is owed to a bin in the next ones. Inside a bin rows are
// drawn uniformly, each (pool, bin) from its own stream.
//
// A zero row is at right angles to all others; so is, to itself, the single row of a bin (Div = 1).
// Where ΣRep or ΣDiv is 0, its part is the same for all bins.
//
// Source: Li, Zhang, Dong, Xie, Qin, "Adaptive Dataset Quantization" (ADQ), AAAI 2025 (arXiv
// 2412.16895), α from 0.6 to 0.7, on the bins of Dataset Quantization. There Rep is the mean
// magnitude of the pictures' gradients, Div a similarity learned by contrast, and ⌊r_b·n_b⌋ rows
// are taken, which is a share of the bin and does not add up to the ratio asked for. The ½ is ours:
// both terms of r are shares then.
//
// Traps. The published code uses none of that: its weights are ten constants, applied to slices of
// rows sorted by class inside each bin, so classes lose their balance; its similarity comes from an
// untrained network. Gains of a cut fall from bin to bin as the pool does, so |gain| favours early
// bins, whatever they hold; a score of the pictures does not.
//
// Cost: one pass over the features, 4·n·d flops. Memory: 8·d bytes per thread, and some 40 bytes
// per row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/data/selection.h"
#include "decant/select/pools/quota.h"

namespace decant {

struct WeightedBinsOptions {
  double alpha = 0.65;  ///< α, 0 … 1; 0 = by size alone
  uint64_t seed = 0;    ///< of the draws, and of ties between pools
  Shares shares = {};   ///< of the pools
};

struct WeighedBin {
  int32_t pool = 0;
  int32_t bin = 0;
  int64_t rows = 0;
  double representation = 0;  ///< Rep_b
  double diversity = 0;       ///< Div_b
  double weight = 0;          ///< r_b; 1 in all over a pool
};

/// Every bin of every pool, pools and their bins ascending. `scores`: one per row, finite and ≥ 0;
/// empty = |gain|. InputError for a ranking, for scores that do not fit, and for α out of range.
/// REQUIRES: features of the rows that the selection places are finite.
std::vector<WeighedBin> weigh_bins(const Selection& bins, const Features& features, std::span<const double> scores, double alpha,
                                   const Context& context);

/// A ranking that serves `count` alone: in every pool the rows drawn come first, bin by bin, then
/// the others in their order. Gains are those of `bins`. Pools share the count by largest
/// remainder, as in sample(). InputError as above, and for a count that is not in 1 … rows placed.
Selection weighted_bins(const Selection& bins, const Features& features, std::span<const double> scores, int64_t count,
                        const WeightedBinsOptions& options, const Context& context);

}  // namespace decant
