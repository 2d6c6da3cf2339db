#include "decant/pipeline/run/job.h"

#include <algorithm>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json_reader.h"
#include "decant/base/name_pattern.h"
#include "decant/base/output.h"
#include "decant/base/text.h"
#include "decant/base/version.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kRecordKind = "decant";
constexpr const char* kRunItsJobAgain = "Delete it, and run its job again";
constexpr const char* kPlaces[] = {"input", "out", "shard", "scans", "strict"};  // where things lie, or what fails

std::string kind_of_record(const std::string& stage) {
  return stage + " 1";  // goes up with the form of the record
}

std::string option_text(const std::string& value) {
  return value.empty() ? "its default" : value;
}

/// How the first differs from the second, as a clause of it; empty where nothing does. `found` is
/// on disk.
std::string how_differs(const Job& found, const Job& wanted) {
  if (found.stage != wanted.stage) return fmt::format("is a job of '{}', and not of '{}'", found.stage, wanted.stage);
  if (found.version != wanted.version) return fmt::format("was made by decant {}, and not by {}", found.version, wanted.version);
  for (const auto& [name, value] : wanted.options) {
    const auto other = found.options.find(name);
    const std::string had = other == found.options.end() ? "" : other->second;
    if (had != value) return fmt::format("was made with --{} {}, and not with {}", name, option_text(had), option_text(value));
  }
  if (found.options.size() != wanted.options.size()) return "was made with other options";
  return "";
}

[[noreturn]] void refuse_job(const fs::path& file, const std::string& what, const std::string& remedy) {
  throw InputError({file.string(), "", what, remedy});
}

}  // namespace

Job shard_job(const std::string& stage, const Shard& shard, const OptionTable& table, const std::vector<std::string>& files) {
  Job job{.stage = stage, .version = kVersion, .shard = shard, .options = {}, .rows = 0, .range = {}, .digest = {}};
  const Json deciding = table.deciding();
  for (const auto& [name, value] : deciding.items()) {
    if (std::ranges::find(kPlaces, name) != std::end(kPlaces)) continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const bool by_content = std::ranges::find(files, name) != files.end() && !text.empty();
    if (by_content && !fs::exists(text)) throw InputError({text, "", "no such file", "Check --" + name});
    job.options[name] = by_content ? file_digest(text) : text;
  }
  return job;
}

std::string file_digest(const fs::path& file) {
  return Digest().add(MappedFile(file).bytes()).hex();
}

Json to_json(const Job& job) {
  Json json = {{kRecordKind, kind_of_record(job.stage)},
               {"version", job.version},
               {"shard", text_of(job.shard)},
               {"rows", job.rows},
               {"begin", job.range.begin},
               {"end", job.range.end},
               {"digest", job.digest},
               {"options", Json::object()}};
  for (const auto& [name, value] : job.options) json["options"][name] = value;
  return json;
}

JobRecord read_job(const fs::path& file, const std::string& stage) {
  const std::string name = file.string();
  try {
    auto json = std::make_shared<const Json>(read_json(file));
    const JsonReader reader(*json, name);
    if (const std::string kind = reader.text(kRecordKind); kind != kind_of_record(stage))
      refuse_job(file, kind.empty() ? "is no record of a job" : fmt::format("is of '{}', and '{}' is needed", kind, kind_of_record(stage)),
                 "Name what `decant` wrote with --shard");
    Job job{.stage = stage,
            .version = reader.text("version"),
            .shard = shard_from(reader.text("shard")),
            .options = {},
            .rows = reader.require("rows").count("rows"),
            .range = {reader.require("begin").count("begin"), reader.require("end").count("end")},
            .digest = reader.text("digest")};
    const Json* const options = reader.require("options").find("options");
    for (const auto& [option, value] : options->items()) job.options[option] = value.is_string() ? value.get<std::string>() : value.dump();
    const RowRange range = rows_of(job.shard, job.rows, name);
    if (job.range.begin != range.begin || job.range.end != range.end)
      refuse_job(file, "does not have the rows of its job", kRunItsJobAgain);
    return {file, std::move(job), std::move(json)};
  } catch (const UsageError&) {
    refuse_job(file, "does not say which job it is of", kRunItsJobAgain);
  } catch (const InputError& error) {
    if (try_parse_json(read_text(file)).is_discarded()) refuse_job(file, "is half a file, or damaged", kRunItsJobAgain);
    throw;
  }
}

bool is_done(const Job& job, const fs::path& out, const fs::path& record, bool overwrite) {
  if (overwrite || !fs::exists(out)) return false;
  if (!fs::exists(record)) refuse_job(out, "already exists, and no job wrote it", "Choose another -o");
  const Job found = read_job(record, job.stage).job;
  const std::string differs =
      found.shard == job.shard ? how_differs(found, job) : fmt::format("is job {}, and not {}", text_of(found.shard), text_of(job.shard));
  if (!differs.empty()) refuse_job(out, "already exists and " + differs, "Choose another -o, or give --overwrite to replace it");
  sweep_after(out);
  return true;
}

std::string why_no_job(const fs::path& file, const std::string& stage) {
  const Json json = fs::is_regular_file(file) ? try_parse_json(read_text(file)) : Json();
  const bool ours = json.is_object() && json.contains(kRecordKind) && json[kRecordKind] == kind_of_record(stage);
  return ours ? "" : fmt::format("holds no record of a job of {}", stage);
}

std::vector<fs::path> job_files(const std::string& pattern) {
  std::vector<fs::path> files;
  for (const std::string& name : fs::exists(pattern) ? std::vector{pattern} : expand_braces(pattern)) {
    if (!has_wildcard(name) || fs::exists(name)) {
      if (!fs::exists(name)) refuse_job(name, "does not exist", "Run its job, or check the pattern");
      files.emplace_back(name);
      continue;
    }
    for (const std::string& found : files_like(name)) {
      if (!found.ends_with(".partial")) files.emplace_back(found);  // of a job at work, or killed
    }
  }
  if (files.empty()) refuse_job(pattern, "names nothing that a job finished", "Run the jobs, or check the pattern");
  return files;
}

void require_all_jobs(std::vector<JobRecord>& records, const std::string& pattern) {
  DECANT_CHECK(records.size(), >, size_t{0});
  std::ranges::stable_sort(records, {}, [](const JobRecord& one) { return one.job.shard.index; });
  const JobRecord& first = records.front();
  for (const JobRecord& one : records) {
    if (one.job.version != kVersion)
      refuse_job(one.file, fmt::format("was made by decant {}, and this is {}", one.job.version, kVersion), kRunItsJobAgain);
    if (one.job.shard.count != first.job.shard.count)
      refuse_job(one.file,
                 fmt::format("is job {}, and {} is job {}", text_of(one.job.shard), first.file.string(), text_of(first.job.shard)),
                 "Name the outputs of one set of jobs");
    if (const std::string differs = how_differs(one.job, first.job); !differs.empty())
      refuse_job(one.file, fmt::format("{} as {} was", differs, first.file.string()), "Run the jobs with the same options");
    if (one.job.rows != first.job.rows)
      refuse_job(one.file,
                 fmt::format("is of a data set of {} rows, and {} of one of {}", human_count(one.job.rows), first.file.string(),
                             human_count(first.job.rows)),
                 "Run the jobs on the same data set");
  }
  for (int64_t i = 0; i < std::max(first.job.shard.count, std::ssize(records)); ++i) {
    const auto at = static_cast<size_t>(i);
    if (at > 0 && at < records.size() && records[at].job.shard == records[at - 1].job.shard)
      refuse_job(records[at].file, fmt::format("is job {}, and so is {}", text_of(records[at].job.shard), records[at - 1].file.string()),
                 "Name the output of every job once");
    if (at >= records.size() || records[at].job.shard.index != i)
      refuse_job(pattern,
                 fmt::format("lacks job {} of {} (--shard {})", i, first.job.shard.count, text_of(Shard{i, first.job.shard.count})),
                 "Run it, and then this again");
  }
}

}  // namespace decant
