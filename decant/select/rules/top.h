// The rule "top": the rows with the largest scores.
//
// With difficulty as the score it keeps the hardest rows. Trap: that is how most scores were
// published, and it collapses at small ratios: CIFAR-10 by forgetting gives 95.4 % with 70 % kept
// and 34.0 % with 10 % (Zheng et al., ICLR 2023, arXiv:2210.15809), since what is hardest is rare,
// cut off or mislabelled. Use strata, beta or a hard cut then; "top" is for scores that say what is
// good.
#pragma once

#include <span>

#include "decant/select/pools/ranking.h"

namespace decant {

/// All rows of the pool by falling score, ties to the smaller row. `scores`: one for every row of
/// the data set, no NaN in the pool. Cost: a sort.
Ranking top(std::span<const double> scores, const PoolTask& pool);

}  // namespace decant
