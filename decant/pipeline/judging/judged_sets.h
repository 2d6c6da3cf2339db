// The sets that are compared, made ready: the full one and those that were given; and the test
// rows, which none of them holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/given_set.h"
#include "decant/pipeline/judging/test_rows.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct JudgedSets {
  Input full;
  Subset full_rows;  ///< readable, and not held out
  JudgedTest test;
  SetTraining training;             ///< that the full set or a given one asks for, as far as all are trained alike
  Shares shares = Shares::by_size;  ///< of classes in the rows that they are compared with
  std::vector<GivenSet> given;
};

/// Throws InputError where the judge of such rows needs labels, and not all have one.
void require_labels(const EvaluateOptions& options, const Dataset& full, bool labelled);

/// Reads and checks everything that the options name. Without test rows (--test, or a split of the
/// data set), `hold_out` of the readable rows, class-balanced, by seed, are taken out of every set.
///
/// A synthetic set is a run's folder with data/ that names no rows of the full set. What it was
/// made from cannot be taken out of it, so it needs test rows of their own.
///
/// Throws InputError: a small set of another data set; row numbers out of range, twice, or of rows
/// that cannot be read; no labels; no rows left.
JudgedSets read_judged_sets(const EvaluateOptions& options, const Context& context);

}  // namespace decant
