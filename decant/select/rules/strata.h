// The rule "strata": as many rows as possible from every level of difficulty.
//
// The range of the pool's scores is cut into `strata` pieces of equal width (not of equal number of
// rows). The budget is shared out by water-filling: the stratum with the fewest rows first, each
// gets min(its rows, ⌊what is left / strata left⌋). Inside a stratum rows are drawn uniformly.
//
// Source: Zheng et al., "Coverage-centric coreset selection for high pruning rates" (CCS), ICLR
// 2023, arXiv:2210.15809, with accumulated margin as the score and the hardest share β cut off
// beforehand (published_hard_cut()). They take the margins of a network trained to the end; those
// of a small proxy are noisier.
//
// Traps of the published code: an upper end of 1.0001 · max lies below max when max ≤ 0, and the
// top rows are in no stratum; constant scores give strata of no width and nothing is chosen; no
// seed. Here the top belongs to the last stratum, and constant scores are one.
#pragma once

#include <span>

#include "decant/select/pools/ranking.h"

namespace decant {

struct StrataOptions {
  int strata = 50;
  uint64_t seed = 0;
};

/// `scores`: one for every row of the data set. Ranks pool.count rows. O(n log n). A stratum gives
/// no less than it has of pool.chosen, and those first.
Ranking strata(std::span<const double> scores, const PoolTask& pool, const StrataOptions& options);

/// β of the published settings for CIFAR-10, by the share of the rows that is kept; straight lines
/// between their points.
double published_hard_cut(double keep);

}  // namespace decant
