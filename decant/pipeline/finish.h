// finish: what jobs wrote, and the order that rows were chosen by, become the small set that one
// machine would have written.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct FinishOptions {
  InputOptions input;           ///< with what scans found
  std::string rows;             ///< .npy of the rows that are kept
  std::string parts;            ///< the folders of `decant write`
  std::filesystem::path order;  ///< what `decant bins` wrote; empty = the rows alone are known
  std::string features;         ///< that rows were chosen by, for the map; empty = those that `order` names
  std::filesystem::path out;
  std::string to;  ///< a format to write in place of the source's; then rows are written here, and not by jobs
  bool overwrite = false;
  std::string command;

  void declare(OptionTable& table);
};

/// Returns what run.json holds. The same bytes as of `decant compress` in one go, but for run.json,
/// events.jsonl, README.md and report.html. Nothing of the jobs is changed. Throws InputError where
/// something is missing, damaged or does not belong to the rest; OUT stands complete or not at all.
RunRecord finish(const FinishOptions& options, const Context& context);

}  // namespace decant
