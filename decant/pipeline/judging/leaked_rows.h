// Test rows that are also among the training rows flatter every set that holds them.
#pragma once

#include "decant/base/context.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/test_rows.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// Leaves out the test rows that have a copy among the training rows of the full set, as
/// --clean-test asks (choosing/repeats.h); so all sets are tested on the same rows, whichever of
/// the training rows they hold. The test is then named by another digest. Without --clean-test,
/// warns of test rows that are stored as a training row is.
///
/// Cost: both splits are read once more; --clean-test content decodes them, and a cosine needs
/// features of both. Throws InputError where no test row is left, and what reading, decoding and
/// features throw.
void leave_out_leaked(JudgedTest& test, const Input& full, const EvaluateOptions& options, const Context& context);

}  // namespace decant
