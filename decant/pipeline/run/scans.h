// What `decant scan` found in the rows of each job: which are bad, their labels and their digests.
// Whoever has all of it need not read the rows again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/data/excluded.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/job.h"
#include "decant/pipeline/run/shard.h"

namespace decant {

inline constexpr const char* kScanStage = "scan";

/// --scans, into InputOptions::scans or its like.
void declare_scans(std::string& scans, OptionTable& table);

/// The rows of one job, read and checked.
struct ShardInput {
  Input input;  ///< of the whole data set, but `excluded` of this job's rows alone, and no digest
  RowRange range;
  std::shared_ptr<const Rows> rows;  ///< those of the job, numbered from 0
  std::string chunks;                ///< digests_of_chunks() of them
  std::string digest;                ///< content_digest() of them

  Subset bad() const;  ///< excluded ones, numbered as `rows`
};

/// As read_input(), of the rows of one job; where options.scans names what was found, bad rows are
/// taken from there. Throws as that does, except that all of a job's rows may be bad.
ShardInput read_shard(const InputOptions& options, const Shard& shard, const Context& context);

/// The record of a scan.
Json scan_record(const Job& job, const ShardInput& found);

/// All scans of a data set.
struct Scans {
  std::vector<JobRecord> jobs;  ///< in order
  int64_t rows = 0;
  std::string format;
  std::string counted;  ///< name_of() what targets are counted in
  std::vector<std::string> classes;
  std::vector<Excluded> excluded;
  std::vector<int32_t> labels;  ///< of every row
  std::string chunks;           ///< of all rows; empty where borders cross chunks
};

/// Throws InputError for a file that is damaged, and unless they belong together and are all there.
Scans read_scans(const std::string& pattern);

/// Gives `input`, a data set that was opened, bad rows and digest of the scans. Throws InputError
/// where they are of another one: other numbers of rows, classes, labels, or keys of bad rows.
void take_scans(Input& input, const std::string& pattern, const Context& context);

/// Gives `input`, features of the rows that were scanned, their labels, classes and bad rows.
/// Throws InputError for another number of rows, and for rows that hold objects or masks, whose
/// amounts scans do not have.
void label_by_scans(Input& input, const std::string& pattern);

}  // namespace decant
