#include "decant/pipeline/run/scans.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json_reader.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/formats/open.h"
#include "decant/patches/fill.h"

namespace decant {
namespace {

constexpr int64_t kMostClasses = int64_t{1} << 24;

std::shared_ptr<const Rows> rows_in(const std::shared_ptr<const Rows>& all, const RowRange& range) {
  std::vector<int64_t> numbers(static_cast<size_t>(range.end - range.begin));
  std::iota(numbers.begin(), numbers.end(), range.begin);
  return std::make_shared<RowsView>(all, std::move(numbers));
}

const char* unit_of(const Rows& rows) {
  return name_of(rows.targets() == nullptr ? CountedIn::rows : rows.targets()->counted_in());
}

/// Of the scans, the bad rows of one range.
std::vector<Excluded> bad_in(const std::string& scans, const Rows& train, const RowRange& range, const std::string& path) {
  Scans all = read_scans(scans);
  if (all.rows != train.size())
    throw InputError({path, "", fmt::format("has {} rows, and {} those of {}", human_count(train.size()), scans, human_count(all.rows)),
                      "Scan it again"});
  std::erase_if(all.excluded, [&](const Excluded& bad) { return bad.row < range.begin || bad.row >= range.end; });
  return std::move(all.excluded);
}

std::vector<Excluded> looked_for(const Rows& rows, const InputOptions& options, const RowRange& range, const Context& context) {
  std::vector<Excluded> bad = find_bad_rows(rows, options.check ? Depth::full : Depth::headers, context);
  for (Excluded& row : bad) row.row += range.begin;
  return bad;
}

void report_bad_of_shard(const ShardInput& shard, const InputOptions& options, const Context& context) {
  const std::vector<Excluded>& bad = shard.input.excluded;
  if (bad.empty()) return;
  const Excluded& first = bad.front();
  if (options.strict)
    throw InputError({options.path, fmt::format("row {} ({})", first.row, first.key), first.text,
                      "Repair or remove the file, or run without --strict to skip such rows"});
  context.warn(fmt::format("{} of the job's {} rows cannot be read, first {}: {}", human_count(std::ssize(bad)),
                           human_count(shard.rows->size()), first.key, first.text));
}

[[noreturn]] void refuse_change(const std::string& path, const std::string& place, const std::string& what) {
  throw InputError({path, place, what, "Scan the data set as it is now: decant scan"});
}

/// Adds what one record says.
void add_scan(const JobRecord& record, Scans& scans) {
  const std::string file = record.file.string();
  const JsonReader reader(*record.json, file);
  const RowRange& range = record.job.range;
  std::vector<std::string> classes;
  reader.each("classes", [&](const Json& name, const std::string& place) {
    if (!name.is_string() || std::ssize(classes) >= kMostClasses) reader.refuse(place.c_str(), "is not the name of a class");
    classes.push_back(name.get<std::string>());
  });
  const std::string format = reader.text("format");
  const std::string counted = reader.text("counted");
  if (range.begin == 0) {
    scans.format = format;
    scans.counted = counted;
    scans.classes = std::move(classes);
  } else if (format != scans.format || counted != scans.counted || classes != scans.classes) {
    reader.refuse("classes", "and format are other ones than in the first job");
  }
  const auto first = std::ssize(scans.labels);
  reader.each("labels", [&](const Json& label, const std::string& place) {
    if (!label.is_number_integer() || label.get<int64_t>() < kNoLabel || label.get<int64_t>() >= kMostClasses)
      reader.refuse(place.c_str(), "is not a label");
    scans.labels.push_back(label.get<int32_t>());
  });
  if (std::ssize(scans.labels) == first) scans.labels.resize(static_cast<size_t>(range.end), kNoLabel);
  if (std::ssize(scans.labels) != range.end) reader.refuse("labels", fmt::format("are not those of {} rows", range.end - range.begin));
  int64_t next = range.begin;
  reader.each_object("bad", [&](const JsonReader& bad) {
    const int64_t row = bad.require("row").count("row");
    if (row < next || row >= range.end) bad.refuse("row", "is none of this job's, or not ascending");
    scans.excluded.push_back({row, bad.text("key"), bad.text("reason")});
    next = row + 1;
  });
  if (!shards_hold_chunks(record.job.rows, record.job.shard.count)) return;
  const std::string chunks = reader.text("chunks");
  const size_t all = static_cast<size_t>((range.end - range.begin + kDigestChunk - 1) / kDigestChunk) * Digest().hex().size();
  if (chunks.size() != all) reader.refuse("chunks", "are not those of the job's rows");
  if (digest_of_chunks(chunks) != record.job.digest) reader.refuse("chunks", "do not give the digest");
  scans.chunks += chunks;
}

}  // namespace

void declare_scans(std::string& scans, OptionTable& table) {
  table.add("scans", scans, "FILES", "what decant scan found, all of its files ('scan-*.json'): rows are not read to be checked again")
      .silent_at = "\"\"";
}

Subset ShardInput::bad() const {
  std::vector<int64_t> numbers;
  for (const Excluded& row : input.excluded) numbers.push_back(row.row - range.begin);
  return Subset(std::move(numbers));
}

ShardInput read_shard(const InputOptions& options, const Shard& shard, const Context& context) {
  ShardInput found{.input = opened_input(options, context), .range = {}, .rows = nullptr, .chunks = {}, .digest = {}};
  const std::shared_ptr<const Rows> train = found.input.dataset.splits.at(Split::train);
  found.range = rows_of(shard, train->size(), options.path);
  found.rows = rows_in(train, found.range);
  found.input.excluded = options.scans.empty() ? looked_for(*found.rows, options, found.range, context)
                                               : bad_in(options.scans, *train, found.range, options.path);
  found.chunks = digests_of_chunks(*found.rows, nullptr, context);
  found.digest = digest_of_chunks(found.chunks);
  report_bad_of_shard(found, options, context);
  if (options.fill != kStoredFill && found.rows->pictures() != nullptr)
    found.rows = std::make_shared<patches::FilledRows>(found.rows, patches::make_filler(options.fill));
  return found;
}

Json scan_record(const Job& job, const ShardInput& found) {
  Json record = to_json(job);
  record["format"] = found.input.dataset.format;
  record["counted"] = unit_of(*found.rows);
  record["classes"] = found.input.dataset.classes;
  std::vector<int32_t> labels;
  for (int64_t row = found.range.begin; row < found.range.end; ++row) labels.push_back(found.input.labels[static_cast<size_t>(row)]);
  record["labels"] = std::ranges::all_of(labels, [](int32_t label) { return label == kNoLabel; }) ? Json::array() : Json(labels);
  record["bad"] = Json::array();
  for (const Excluded& row : found.input.excluded) record["bad"].push_back({{"row", row.row}, {"key", row.key}, {"reason", row.text}});
  record["chunks"] = shards_hold_chunks(job.rows, job.shard.count) ? found.chunks : "";
  return record;
}

Scans read_scans(const std::string& pattern) {
  Scans scans;
  for (const auto& file : job_files(pattern)) scans.jobs.push_back(read_job(file, kScanStage));
  require_all_jobs(scans.jobs, pattern);
  scans.rows = scans.jobs.front().job.rows;
  for (const JobRecord& record : scans.jobs) add_scan(record, scans);
  return scans;
}

void take_scans(Input& input, const std::string& pattern, const Context& context) {
  Scans scans = read_scans(pattern);
  const Rows& train = input.dataset.train();
  const std::string path = input.dataset.root.string();
  if (scans.rows != train.size())
    refuse_change(path, "", fmt::format("has {} rows, and {} are of {}", human_count(train.size()), pattern, human_count(scans.rows)));
  if (scans.format != input.dataset.format || scans.counted != unit_of(train) || scans.classes != input.dataset.classes)
    refuse_change(path, "", fmt::format("has another format or other classes than when {} were made", pattern));
  for (int64_t row = 0; row < train.size(); ++row) {
    if (scans.labels[static_cast<size_t>(row)] != input.labels[static_cast<size_t>(row)])
      refuse_change(path, train.key(row), fmt::format("has another label than when {} were made", pattern));
  }
  for (const Excluded& bad : scans.excluded) {
    if (train.key(bad.row) != bad.key) refuse_change(path, train.key(bad.row), fmt::format("was {} when {} were made", bad.key, pattern));
  }
  input.excluded = std::move(scans.excluded);
  input.digest = scans.chunks.empty() ? content_digest(train, nullptr, context) : digest_of_chunks(scans.chunks);
}

void label_by_scans(Input& input, const std::string& pattern) {
  Scans scans = read_scans(pattern);
  const std::string path = input.dataset.root.string();
  if (scans.rows != input.rows())
    throw InputError({path, "", fmt::format("has {} rows, and {} are of {}", human_count(input.rows()), pattern, human_count(scans.rows)),
                      "Give the features of all jobs"});
  if (scans.counted != name_of(CountedIn::rows))
    throw InputError({pattern, "", fmt::format("are of rows that hold {}, which scans do not count", scans.counted),
                      "Choose with the data set at hand: decant compress DATA --scans FILES --features FEATURES"});
  input.labels = std::move(scans.labels);
  input.dataset.classes = std::move(scans.classes);
  input.classes = std::max(static_cast<int>(input.dataset.classes.size()), 1 + static_cast<int>(std::ranges::max(input.labels)));
  input.excluded = std::move(scans.excluded);
}

}  // namespace decant
