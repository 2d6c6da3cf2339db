// The sets that are compared, made ready: the full one and those that were given; and the test rows, which none of them holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {

/// A small set that was given.
struct GivenSet {
  std::string spec;                  ///< as typed
  std::string name;                  ///< "small", or of several, each its own
  std::optional<RunFolder> folder;   ///< nothing for a .npy of row numbers
  Subset kept;                       ///< its rows of the full set, ascending; all that is used where there are no files of its own
  std::shared_ptr<const Rows> rows;  ///< where it lies: its own files, labelled as the full set is, or the full set
  Subset subset;                     ///< of `rows`; none of them is held out
  std::string digest;                ///< of `rows`
};

struct JudgedSets {
  Input full;
  Subset full_rows;                  ///< readable, and not held out
  Subset held_out;                   ///< rows of the full set that are tested on; empty when there are others
  std::shared_ptr<const Rows> test;  ///< readable ones
  std::string test_digest;
  std::string note;  ///< what the protocol's line adds
  std::vector<GivenSet> given;
};

/// Reads and checks everything that the options name. Without test rows (--test, or a split of the data set), `hold_out` of the readable
/// rows, class-balanced, by seed, are taken out of every set.
///
/// Throws InputError: a small set of another data set; row numbers out of range, twice, or of rows that cannot be read; no labels; no rows
/// left.
JudgedSets read_judged_sets(const EvaluateOptions& options, uint64_t seed, const Context& context);

}  // namespace decant
