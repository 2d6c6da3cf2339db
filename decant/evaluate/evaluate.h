// Evidence: sets compared by a judge.
//
// Seed s of every arm shares the randomness of the judge; a random arm draws fresh rows for every
// seed. Where the judge can (Judge::side_by_side()), each run has one thread, and as many runs go
// in parallel as there are threads, the longest first: the numbers do not depend on the machine's
// core count.
#pragma once

#include "decant/base/context.h"
#include "decant/data/evidence.h"
#include "decant/evaluate/plan.h"

namespace decant::evaluate {

/// How many runs go side by side, of `runs`.
int workers_for(int64_t runs, const Judge& judge, const Context& context);

/// Judges what the plan does not know, and puts all of it together. Each result goes into the store
/// as soon as it is there, so what was finished before an interruption is known the next time.
/// Throws what the judge throws; the other runs are stopped then. `store` may be null.
Evidence evaluate(const Trial& trial, Judge& judge, const Options& options, Plan plan, Store* store, const Context& context);

}  // namespace decant::evaluate
