// export: a run as a table, a line for each row of the data set, for pandas, DuckDB and plotting.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"

namespace decant {

struct ExportOptions {
  std::filesystem::path run;
  std::filesystem::path out;  ///< .parquet, .csv or .jsonl: the ending says which; .npy: labels of views (export_labels.h)
  std::string source;         ///< the data set, when it is no longer where the run found it
  bool no_source = false;     ///< do not open it: keys and labels are left out

  void declare(OptionTable& table);
};

struct Exported {
  int64_t rows = 0;
  int64_t bytes = 0;
};

/// Columns, in this order: `row`; `key`, `label` (its number) and `class` (its name), with a source
/// and where rows have a class; `kept`; `bin`, `pool`, `rank` (its place in the order of its pool,
/// from 0) and `gain`, missing for a row that was left out; `x`, `y`, where the run has a map. A
/// missing value is nothing between commas, absent from a line of JSON, null in Parquet. Nothing
/// that exists is replaced. Throws InputError for another ending, for what is no run, and for a
/// data set that is gone or another.
Exported export_run(const ExportOptions& options, const Context& context);

}  // namespace decant
