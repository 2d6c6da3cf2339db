// evaluate: small sets on trial. Networks trained on everything, on random rows of the same number,
// on what methods choose, and on the small sets; of a matrix, logistic regression.
//
// A set that is compared is read in judged_sets.h, chosen and drawn in arms.h; a training is named
// and looked up in evaluate/plan.h and kept in evidence_cache.h; what remains here is the order of
// things, and the files.
#pragma once

#include "decant/base/context.h"
#include "decant/data/evidence.h"
#include "decant/pipeline/judging/evaluate_options.h"

namespace decant {

/// Also writes evidence.json (full, random and small) into each small set's folder and renders its
/// report again, and --out. With no test rows, `hold_out` of the readable rows (class-balanced, by
/// seed) are taken out of every set, before anything is chosen; the protocol's line says so. Throws
/// InputError when a small set was not made from the full one (its digest is checked), and what
/// read_judged_sets() and make_arms() throw.
Evidence evaluate_sets(const EvaluateOptions& options, const Context& context);

}  // namespace decant
