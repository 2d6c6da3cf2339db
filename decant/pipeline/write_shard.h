// write: of the rows to keep, those of one job, into a folder that finish joins with the others.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct WriteOptions {
  InputOptions input;
  std::string rows;  ///< .npy of the rows to keep
  std::filesystem::path out;
  std::string shard = "0/1";
  bool overwrite = false;

  void declare(OptionTable& table);
};

struct ShardWritten {
  int64_t rows = 0;       ///< of the job
  int64_t bytes = 0;      ///< of its files
  bool has_files = true;  ///< false where the format has one file for all rows: finish writes it
  bool was_done = false;  ///< by an earlier run
};

/// Writes run/written_parts.h's folder. Throws InputError, IoError.
ShardWritten write_shard(const WriteOptions& options, const Context& context);

}  // namespace decant
