// The sets that are compared, made ready: the full one and those that were given; and the test
// rows, which none of them holds.
#pragma once

#include <algorithm>
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
  bool synthetic = false;            ///< its pictures are none of the full set's; it is no RunFolder, and `kept` is empty
  int64_t bytes = 0;                 ///< all of its own files, labels included; 0 = it has none
  evaluate::Training training = {};  ///< that it asks for, where the judge trains each set as it asks
};

struct JudgedSets {
  Input full;
  Subset full_rows;                  ///< readable, and not held out
  Subset held_out;                   ///< rows of the full set that are tested on; empty when there are others
  std::shared_ptr<const Rows> test;  ///< readable ones
  std::string test_name;             ///< "test split of photos"
  std::string test_digest;
  std::string note;                 ///< what the protocol's line adds
  SetTraining training;             ///< that the full set or a given one asks for, as far as all are trained alike
  Shares shares = Shares::by_size;  ///< of classes in the rows that they are compared with
  std::vector<GivenSet> given;
};

/// How many rows there are to compare.
struct RowCounts {
  int64_t all = 0;           ///< of the full set that are not held out: what a keep ratio is a share of
  int64_t usable = 0;        ///< of these, those that can be read
  int64_t stored_bytes = 0;  ///< of the full set, where a budget of bytes is asked for
  int64_t tokens = 0;        ///< of the usable rows, where a budget of tokens is asked for
  struct Given {
    std::string name;
    int64_t rows = 0;
    int64_t bytes = 0;      ///< where a budget of bytes is asked for and it has picture files: of these, re-coded without loss
    int64_t tokens = 0;     ///< where a budget of tokens is asked for
    int64_t all_bytes = 0;  ///< of all files of its own, as GivenSet::bytes
  };
  std::vector<Given> given;  ///< sets

  /// About how many rows so many tokens hold.
  int64_t rows_in_tokens(int64_t budget) const {
    if (tokens == 0) return 0;
    return std::min(usable, static_cast<int64_t>(static_cast<double>(budget) / static_cast<double>(tokens) * static_cast<double>(usable)));
  }
  /// About how many rows so many bytes hold, as they are.
  int64_t rows_in(int64_t bytes) const {
    return stored_bytes == 0
               ? 0
               : std::min(usable,
                          static_cast<int64_t>(static_cast<double>(bytes) / static_cast<double>(stored_bytes) * static_cast<double>(all)));
  }
};

/// `bytes`, `tokens`: whether to measure the full set and the given ones.
RowCounts counts_of(const JudgedSets& sets, bool bytes, bool tokens, const Context& context);

/// What read_judged_sets() will find, as far as headers tell.
struct SetsOutline {
  Dataset full;
  SetTraining training;  ///< as in JudgedSets
  RowCounts counts;      ///< where rows are held out, those of given sets are what is to be expected
  int64_t held_out = 0;  ///< rows of the full set
  int64_t test_rows = 0;
};

/// Opens what the options name, and reads no row: rows that cannot be read, test rows among them,
/// are not looked for, and a given set is not compared with the full one. Throws InputError for
/// what names and headers tell: no labels, no rows, test rows of another kind or width, a folder
/// that holds no small set.
SetsOutline outline_judged_sets(const EvaluateOptions& options, const Context& context);

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
