// How many rows, bytes, and tokens or objects there are to compare: from what was read, or as far
// as headers tell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/pipeline/judging/judged_sets.h"

namespace decant {

/// How many rows there are to compare.
struct RowCounts {
  int64_t all = 0;           ///< of the full set that are not held out: what a keep ratio is a share of
  int64_t usable = 0;        ///< of these, those that can be read
  int64_t stored_bytes = 0;  ///< of the full set, where a budget of bytes is asked for
  int64_t counted = 0;       ///< tokens or objects of the usable rows, where a budget of them is asked for
  struct Given {
    std::string name;
    int64_t rows = 0;
    int64_t bytes = 0;      ///< where a budget of bytes is asked for and it has picture files: of these, re-coded without loss
    int64_t counted = 0;    ///< likewise
    int64_t all_bytes = 0;  ///< of all files of its own, as GivenSet::bytes
  };
  std::vector<Given> given;  ///< sets

  /// About how many rows hold so much of what is counted.
  int64_t rows_in_counted(int64_t budget) const {
    if (counted == 0) return 0;
    return std::min(usable, static_cast<int64_t>(static_cast<double>(budget) / static_cast<double>(counted) * static_cast<double>(usable)));
  }
  /// About how many rows so many bytes hold, as they are.
  int64_t rows_in(int64_t bytes) const {
    return stored_bytes == 0
               ? 0
               : std::min(usable,
                          static_cast<int64_t>(static_cast<double>(bytes) / static_cast<double>(stored_bytes) * static_cast<double>(all)));
  }
};

/// `bytes`, `counted`: whether to measure the full set and the given ones, and by what.
RowCounts counts_of(const JudgedSets& sets, bool bytes, std::optional<Budget::Unit> counted, const Context& context);

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

}  // namespace decant
