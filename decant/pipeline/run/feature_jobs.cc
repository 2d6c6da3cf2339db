#include "decant/pipeline/run/feature_jobs.h"

#include <algorithm>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/json_reader.h"
#include "decant/base/parallel.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/run/scans.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse_features(const fs::path& file, const std::string& what, const std::string& remedy) {
  throw InputError({file.string(), "", what, remedy});
}

/// The records of all files; none where no job wrote any.
std::vector<JobRecord> records_of(const std::vector<std::string>& files) {
  std::vector<JobRecord> records;
  const auto has_record = [](const std::string& file) { return fs::exists(record_of_features(file)); };
  if (std::ranges::none_of(files, has_record)) return records;
  for (const std::string& file : files) {
    if (!has_record(file))
      refuse_features(file, "is no output of a job (no " + record_of_features(file).filename().string() + "), and others are",
                      "Run its job again: decant features --shard");
    records.push_back(read_job(record_of_features(file), kFeaturesStage));
  }
  return records;
}

void require_order(const std::vector<std::string>& files, const std::vector<JobRecord>& records) {
  for (size_t i = 0; i < files.size(); ++i) {
    if (records[i].file != record_of_features(files[i]))
      refuse_features(files[i], fmt::format("comes as file {} by its name, and is not of job {}", i, text_of(records[i].job.shard)),
                      "Number files as jobs, with as many digits each: feats-00.npy, feats-01.npy");
  }
}

void require_whole(const std::vector<std::string>& files, const std::vector<JobRecord>& records, const Context& context) {
  parallel_for(context, std::ssize(files), 1, [&](int64_t i, int64_t) {
    const auto at = static_cast<size_t>(i);
    const std::string content = JsonReader(*records[at].json, records[at].file.string()).text("content");
    if (file_digest(files[at]) != content)
      refuse_features(files[at], "does not hold what its job wrote: half a file, or a changed one", "Delete it, and run its job again");
  });
}

void require_rows_scanned(const std::vector<JobRecord>& records, const std::string& pattern) {
  const std::vector<JobRecord> scans = read_scans(pattern).jobs;
  const Job& first = records.front().job;
  if (scans.front().job.rows != first.rows)
    refuse_features(records.front().file,
                    fmt::format("is of a data set of {} rows, and {} of one of {}", first.rows, pattern, scans.front().job.rows),
                    "Run all jobs on the same data set");
  if (scans.size() != records.size()) return;  // other borders, so other digests
  for (size_t i = 0; i < scans.size(); ++i) {
    if (scans[i].job.digest != records[i].job.digest)
      refuse_features(records[i].file, fmt::format("is of other rows than {}: the data set was changed in between", scans[i].file.string()),
                      "Run both jobs again");
  }
}

}  // namespace

fs::path record_of_features(const fs::path& file) {
  return file.string() + ".job";
}

void require_feature_jobs(const std::string& features, const std::string& scans, const Context& context) {
  const std::vector<std::string> files = find_npy_shards(features).paths;
  std::vector<JobRecord> records = records_of(files);
  if (records.empty()) return;
  require_all_jobs(records, features);
  require_order(files, records);
  require_whole(files, records, context);
  if (!scans.empty()) require_rows_scanned(records, scans);
}

}  // namespace decant
