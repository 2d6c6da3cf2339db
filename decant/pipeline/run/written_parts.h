// Kept rows that jobs wrote, a part each, and how the parts become one data set.
//
// Where the format puts rows into files of their own (SubsetWriter::file_of), a job writes the
// files whose first kept row is among its rows, so that every file is written by one job, and
// joining is a matter of names. Of other formats a part has no files: its job hashes rows, and
// whoever joins the parts writes them, since they are one file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/subset.h"
#include "decant/pipeline/run/job.h"

namespace decant {

inline constexpr const char* kWriteStage = "write";
inline constexpr const char* kPartRecord = "job.json";
inline constexpr const char* kPartManifest = "manifest.jsonl";

/// A folder that decant wrote as a part: for OutputOptions::why_foreign.
std::string why_no_part(const std::filesystem::path& folder);

/// Rows to keep, in a .npy. Throws InputError unless they are ascending and below `rows`, and for
/// none.
Subset read_rows_to_keep(const std::string& file, int64_t rows);

/// Whether jobs write files of this format.
bool has_files_of_rows(const Dataset& dataset);

/// Of the kept rows, those that the job with `range` writes: ascending. Together the jobs write all
/// of them, each once.
Subset rows_to_write(const Dataset& dataset, const Subset& kept, const RowRange& range);

/// Fills `folder` with the part of `rows` and its record: data/ (where there are files) and a
/// manifest, a line per row of number, key and SHA-256. Returns the bytes of data/.
int64_t write_part(const Job& job, const Dataset& dataset, const Subset& rows, const std::filesystem::path& folder, const Context& context);

/// All parts, checked.
struct WrittenParts {
  std::vector<JobRecord> jobs;
  std::vector<std::string> hashes;  ///< SHA-256 of each kept row, in their order
  bool files = false;               ///< data/ is to be had from the parts

  /// Gives the files of all parts names in `data`, which exists and is empty: as links of the same
  /// files where the file system can, else as copies. Returns their bytes. Throws InputError, which
  /// names the file, where one is missing, is not as long as it was written, or is one that no job
  /// wrote; IoError.
  int64_t place(const std::filesystem::path& data, const Context& context) const;
};

/// Throws InputError, naming file and fault, unless these are the parts of all jobs, whole, of this
/// data set and these kept rows. `rows_file`: where the latter are from.
WrittenParts read_parts(const std::string& pattern, const Dataset& dataset, const Subset& kept, const std::string& rows_file,
                        const Context& context);

}  // namespace decant
