// Evidence: networks trained on the full set, on random rows of the same number, and on chosen ones, side by side.
//
// Every run takes the same number of steps, so a small set is not punished for being small, and is judged once, by its final weights
// on held-out rows (never by the best epoch, which would be chosen on the test set). Seed s of every arm shares initial weights and
// augmentation; an arm with chance in it draws fresh rows for every seed. On a CPU each run has one thread, and as many runs go side by side
// as there are threads, the longest first: the numbers do not depend on the machine's core count.
#pragma once

#include <functional>

#include "decant/base/context.h"
#include "decant/data/evidence.h"
#include "decant/evaluate/plan.h"

namespace decant::evaluate {

/// train::train, or something a test makes up. Called from several threads at once.
using Trainer = std::function<train::TrainResult(const train::TrainJob&, const Context&)>;

/// How many runs go side by side.
int workers_for(const Plan& plan, const Options& options, const Context& context);

/// Trains what the plan does not know, and puts all of it together. Each result goes into the store as soon as it is there, so what was
/// finished before an interruption is known the next time. Pictures are decoded once, for all runs, and only those that are wanted. Throws
/// what the trainer throws; the other runs are stopped then. `store` may be null.
Evidence evaluate(const Trial& trial, const Options& options, Plan plan, const Trainer& trainer, Store* store, const Context& context);

}  // namespace decant::evaluate
