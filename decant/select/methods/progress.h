// Method progress: Beta sampling by what a proxy learnt of a row (scores/scores.h). Where it draws,
// and how much the score counts, follow from the share r of the rows that is kept, and from the
// steps n of the training they are for:
//
//   mode  = 0.7 − s·[r − 10 %]                  brackets within 0 and 0.2,
//   power = 3 − 2.5·s·[ln(r / 10 %) / ln 3]     0 and 1,
//   s     = [ln(n / 2,500) / ln 3.2]            0 and 1
//
// So up to a tenth of the rows, and for a short training, those are kept that are easy in the end
// and taught most. From three tenths on, when those have been taken, a long training learns more
// from harder rows, and a network with more room than the proxy more still. Ours; docs/evidence.md
// has the figures that the constants were fixed by, on five of CIFAR-10's classes.
#pragma once

#include <cstdint>

#include "decant/select/rules/beta.h"

namespace decant {

/// `steps`: 0 = 8,000 or more. REQUIRES: 0 < keep ≤ 1, steps ≥ 0.
BetaFigures progress_figures(double keep, int64_t steps);

}  // namespace decant
