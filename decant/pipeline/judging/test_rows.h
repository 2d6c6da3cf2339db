// The rows that `decant evaluate` tests on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/subset.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/run/input.h"

namespace decant {

/// Rows to test on, and what they are called.
struct TestRows {
  std::shared_ptr<const Rows> rows;  ///< null = none
  std::string name;                  ///< "validation split of photos"
};

/// What --test names, else the split that the data set has for it, of those that have the labels
/// that are needed. Throws InputError for rows of another kind, without labels where they are
/// needed, or of a class that the full set does not have.
TestRows given_test_rows(const EvaluateOptions& options, const Dataset& full, const Context& context);

/// How many rows are reserved where there are none to test on. Throws UsageError unless 0 < share <
/// 1.
int64_t held_out_count(double share, int64_t usable);

/// Throws InputError for a matrix of another width than the training rows'. `file`: of the test
/// rows.
void require_same_width(const Rows& tested, const Rows& trained, const std::string& file);
/// Throws UsageError for --test-labels without --test.
void require_test_of_labels(const EvaluateOptions& options);

/// Rows to test on, made ready.
struct JudgedTest {
  std::shared_ptr<const Rows> rows;  ///< readable ones
  std::string name;                  ///< "test split of photos"
  std::string digest;
  Subset held_out;                       ///< rows of the full set that are tested on; empty when there are others
  std::string note;                      ///< what the protocol's line adds
  std::optional<int64_t> left_out = {};  ///< rows with a copy in training; nothing without --clean-test
};

/// The input without the rows that are tested on. Its digest is another, for features are fitted to
/// what is left.
Input without_held_out(Input full, const Subset& held_out);

/// Those that can be read: one bad test picture must not end an evaluation. Warns of others. Throws
/// InputError where none is left. `from`: their path, for messages.
std::shared_ptr<const Rows> readable_rows(std::shared_ptr<const Rows> rows, const std::string& from, const Context& context);

/// Without rows to test on, `hold_out` of the readable rows, class-balanced, by seed, are reserved.
JudgedTest find_test_rows(const Input& full, const EvaluateOptions& options, const Context& context);

}  // namespace decant
