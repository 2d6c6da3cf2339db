// Herding: rows whose mean is the pool's. Each pick brings the mean of the rows picked so far as
// near to it as one row can.
//
//   argmin_x ‖(X_S + x)/(t + 1) − μ‖  =  argmax_x ⟨x, (t+1)·μ − X_S⟩ − ½‖x‖²
//
// t rows are picked, X_S is their sum, μ the mean of the pool. Ties to the smaller row.
//
// Source: Welling, "Herding dynamical weights to learn", ICML 2009; in this form Rebuffi et al.,
// "iCaRL", CVPR 2017, arXiv:1611.07725. The cutter's objective `herding` (objective.h) is Welling's
// own, without ½‖x‖²: the same picks where all rows are of one length.
//
// The score is linear in [x, ‖x‖²] with a query that moves little, so picks come from the same
// engine as bins (nested_greedy.h), in the canonical float64 scores of linear_pool.h, and it stops
// at pool.count.
//
// Cost: one pass for codes, and then for each pick the few rows that bounds do not exclude; 2·n·d
// flops per pick at worst. Memory: nested_greedy.h.
//
// Traps. DeepCore's code takes argmax of the distance: it picks the rows that lead away from the
// mean. Long rows are picked late unless they are wanted for balance; scale rows to length 1
// beforehand where length means nothing. Herding matches means, no more: two rows on either side of
// an empty middle do as well as one in it. No row is picked twice, so near the end means drift:
// with all rows it is μ again.
#pragma once

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

/// The first pool.count picks, pool.chosen among them in front; a gain is how much the pick lowers
/// ‖(t+1)·μ − X_S‖², twice the score: less than 0 when even the best row leads away. REQUIRES:
/// finite rows (require_finite).
Ranking herding(const Features& features, const PoolTask& pool, const Context& context);

}  // namespace decant
