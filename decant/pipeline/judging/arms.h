// The arms of a trial: the judged sets, and those that methods choose for it.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/context.h"
#include "decant/evaluate/plan.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/judged_sets.h"

namespace decant {

/// Throws UsageError for a name in --against that is neither full, random nor a method's. Costs nothing.
void require_known_methods(const EvaluateOptions& options);

/// One arm for each name in --against and each size, then one for each given set. A method draws anew for every seed where it has chance in
/// it, from what is not held out. Throws InputError where nothing says how much to keep, and what choose_rows() throws. The sets
/// must outlive the arms.
std::vector<evaluate::Arm> make_arms(const JudgedSets& sets, const EvaluateOptions& options, uint64_t seed, const Context& context);

}  // namespace decant
