// What a job wrote, and what made it: the record by which a job that is done already is known, and
// by which outputs are joined only where they belong together.
//
// The record of a scan is the scan itself; of FEATS.npy it is FEATS.npy.job next to it, put there
// first; of a folder, job.json in it. Names and fields are specified in docs/formats/jobs.md.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/shard.h"

namespace decant {

struct Job {
  std::string stage;  ///< "scan", "features", "write"
  std::string version;
  Shard shard;
  std::map<std::string, std::string> options;  ///< that decide what is written, by name
  int64_t rows = 0;                            ///< of the whole data set
  RowRange range;                              ///< of the job
  std::string digest;                          ///< content_digest() of the job's rows; empty where they were not all read
};

/// A job of the options of `table`: those that change a result, but for where the data set and the
/// output lie. Of those in `files` the content counts and not the name. Throws InputError where one
/// of them is missing, IoError.
Job shard_job(const std::string& stage, const Shard& shard, const OptionTable& table, const std::vector<std::string>& files);
template <class Options>
Job shard_job(const std::string& stage, const Shard& shard, Options options, const std::vector<std::string>& files = {}) {
  OptionTable table;
  options.declare(table);
  return shard_job(stage, shard, table, files);
}

/// Of the content of a file, as records have it.
std::string file_digest(const std::filesystem::path& file);

Json to_json(const Job& job);
/// What such a record says, and all else that it holds. Throws InputError for a file that is none,
/// or half of one.
struct JobRecord {
  std::filesystem::path file;
  Job job;
  std::shared_ptr<const Json> json;
};
JobRecord read_job(const std::filesystem::path& file, const std::string& stage);

/// Whether `record` says that this job wrote `out`. Then nothing is to be done, and what a killed
/// process left next to it is swept. False where `out` is not there, and with `overwrite`. Throws
/// InputError where another job wrote it, naming the difference, or none.
bool is_done(const Job& job, const std::filesystem::path& out, const std::filesystem::path& record, bool overwrite);

/// Why what is there is no record of that stage: for OutputOptions::why_foreign.
std::string why_no_job(const std::filesystem::path& file, const std::string& stage);

/// The files or folders that a name or pattern stands for, but those that are not finished. Throws
/// InputError where there is none.
std::vector<std::filesystem::path> job_files(const std::string& pattern);

/// Sorts the records of all jobs of one stage by their numbers. Throws InputError, naming the
/// files, unless there is each of N jobs once, all of this version, of the same options and of data
/// sets of as many rows.
void require_all_jobs(std::vector<JobRecord>& records, const std::string& pattern);

}  // namespace decant
