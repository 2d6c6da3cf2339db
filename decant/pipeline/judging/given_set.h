// A small set that was given to `decant evaluate`: a run's folder, a synthesised set, or a list of
// row numbers.
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
  std::string spec;                    ///< as typed
  std::string name;                    ///< "small", or of several, each its own
  std::optional<RunFolder> folder;     ///< nothing for a .npy of row numbers
  Subset kept;                         ///< its rows of the full set, ascending; all that is used where there are no files of its own
  std::shared_ptr<const Rows> rows;    ///< where it lies: its own files, labelled as the full set is, or the full set
  Subset subset;                       ///< of `rows`; none of them is held out
  std::string digest;                  ///< of `rows`
  bool synthetic = false;              ///< its pictures are none of the full set's; it is no RunFolder, and `kept` is empty
  int64_t bytes = 0;                   ///< all of its own files, labels included; 0 = it has none
  std::optional<SetBytes> parts = {};  ///< of those bytes
  evaluate::Training training = {};    ///< that it asks for, where the judge trains each set as it asks
};

/// Whether it is a .npy of row numbers, by its name.
bool is_row_file(const std::string& spec);
/// A folder of pictures that says nothing of rows.
bool is_synthetic(const std::filesystem::path& folder);

/// Names that tell the sets apart: "small" of one; the last part of the path of several, or all of
/// it where that is not enough. `taken`: names of other sets.
void name_sets(std::vector<GivenSet>& sets, const std::vector<std::string>& taken);

/// Their records and names; their rows are still to be found.
std::vector<GivenSet> open_given(const EvaluateOptions& options);

/// Points the set at its rows, without those that are held out. Throws InputError: row numbers out
/// of range, twice, or of rows that cannot be read; a set of which held out rows cannot be taken
/// out; no rows left.
void find_rows_of(GivenSet& set, const Input& full, const Subset& held_out, const EvaluateOptions& options, const Context& context);

/// Of a folder of `decant bins`.
[[noreturn]] void refuse_bins_alone(const std::string& spec);

}  // namespace decant
