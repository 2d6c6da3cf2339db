// scan: the rows of one job, checked, counted and digested, into one file.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct ScanOptions {
  InputOptions input;
  std::filesystem::path out;
  std::string shard = "0/1";
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct Scanned {
  int64_t rows = 0;  ///< of the job
  int64_t bad_files = 0;
  bool was_done = false;  ///< by an earlier run: nothing was read
};

/// Writes the record (run/scans.h). Throws InputError, IoError.
Scanned scan(const ScanOptions& options, const Context& context);

}  // namespace decant
