// extend: a small set that grows with its source. What was chosen stays chosen, and the method of
// the run goes on choosing beside it from the old rows and the new.
//
// Rows of MORE are numbered after those of the run's source. A row of MORE with the content of an
// older one is never chosen, nor, of a run with --dedup, one that is a copy by that rule of any
// other or of a test row; repeats.jsonl in the output names it and the row that it repeats. What
// comes out is a run's folder like any other (docs/formats/run-folder.md), from several sources.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"

namespace decant {

struct ExtendOptions {
  std::filesystem::path run;
  std::string more;
  std::filesystem::path out;
  std::string keep;  ///< of all rows, old and new; empty = the share that the run kept
  std::string source;
  std::filesystem::path more_labels;  ///< .npy of labels for a .npy of features
  std::string features;               ///< .npy, a row for each row of both, where the run was given such a file
  std::string scores;                 ///< likewise
  std::string pools;                  ///< likewise
  std::string to;
  std::filesystem::path cache;
  bool strict = false;
  bool no_check = false;
  bool overwrite = false;
  std::string command;  ///< as typed, for the record

  void declare(OptionTable& table);
};

/// Returns what run.json holds. Throws InputError: a method that cannot go on (it is named, with
/// those that can), a source that has changed (with the file, where the manifest tells), a set that
/// joined_input() refuses, more rows chosen than are to be kept, pictures that were reduced;
/// UsageError, IoError, Cancelled. OUT stands complete or not at all.
RunRecord extend(const ExtendOptions& options, const Context& context);

}  // namespace decant
