// The rule "band": rows drawn uniformly from the middle of the pool by difficulty.
//
// Rows are ranked by score; of n, the `width` · n in the middle are the band (all that are asked
// for, when that is more), moved towards the easy end by `shift` (a share of n) as far as there are
// rows. Source: the plain form of the moderate coreset (Xia et al., ICLR 2023), with any score in
// place of the distance to the class's centre; drawing inside a wider band keeps some spread.
#pragma once

#include <span>

#include "decant/select/pools/ranking.h"

namespace decant {

struct BandOptions {
  double width = 0.4;  ///< share of the pool that is drawn from, 0 … 1
  double shift = 0;    ///< of the band's middle, in shares of the pool, > 0 towards small scores
  uint64_t seed = 0;
};

/// `scores`: one for every row of the data set; ties go to the smaller row. Ranks at least
/// pool.count rows. O(n log n).
Ranking band(std::span<const double> scores, const PoolTask& pool, const BandOptions& options);

}  // namespace decant
