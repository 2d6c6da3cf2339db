// From what `decant evaluate` is asked to the options of a trial: protocol, nets, seeds, training.
#pragma once

#include <cstdint>
#include <string>

#include "decant/evaluate/plan.h"
#include "decant/pipeline/judging/evaluate_options.h"

namespace decant {

/// Throws UsageError or InputError for what is wrong whatever the data: an unknown protocol or method, no seeds, no folder for --out.
void require_sound(const EvaluateOptions& options);

/// Seeds count from here.
uint64_t first_seed(const EvaluateOptions& options);

/// `pictures`: whether the full set holds any; `rows`: of it, that can be trained on. What computes, and on which machine, is left empty.
/// Throws UsageError for a protocol of networks with a matrix, InputError for a net that does not see such data.
evaluate::Options trial_options(const EvaluateOptions& options, bool pictures, int64_t rows);

}  // namespace decant
