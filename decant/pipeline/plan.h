// plan: what a run would cost, before anything is done.
#pragma once

#include "decant/base/context.h"
#include "decant/pipeline/bins.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/plan_estimate.h"

namespace decant {

/// What `compress` with these options will need: counts times the constants of plan_costs.h, good
/// to a factor of about two in time. Throws what opening the input throws, and InputError for a
/// method that this input cannot serve.
PlanEstimate plan(const CompressOptions& options, const Context& context);

/// The same of a data set that is open: the options' input is not looked at.
PlanEstimate plan(const Dataset& dataset, const CompressOptions& options, const Context& context);

/// The same of `bins`.
PlanEstimate plan(const BinsOptions& options, const Context& context);

/// What the data set is for: of a matrix, or shards of one, the bins; of anything else compress.
PlanEstimate plan_what_fits(const CompressOptions& options, const Context& context);

}  // namespace decant
