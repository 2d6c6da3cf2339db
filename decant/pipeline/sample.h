// sample: another keep ratio from bins that are already there. Nothing is computed again but the
// pictures of a run that reduced them: those of the sample are reduced alike.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"

namespace decant {

struct SampleOptions {
  std::filesystem::path run;  ///< what `compress` or `bins` wrote
  std::filesystem::path out;  ///< "x.npy" = the rows alone; else a folder with the whole small set
  std::string keep = "20%";
  int64_t min_per_class = -1;  ///< as CompressOptions; −1 = that of the run
  std::string source;          ///< the data set, when it is no longer where the run found it
  std::string to;
  std::string store;  ///< as CompressOptions; empty = as the run did, unless `to` says otherwise
  uint64_t seed = 0;
  bool overwrite = false;
  std::string command;

  void declare(OptionTable& table);
};

/// For a file of rows alone the record holds rows, kept and seed. The source must be the same data
/// set as in the run: its digest is checked. Throws InputError, IoError.
RunRecord sample_run(const SampleOptions& options, const Context& context);

}  // namespace decant
