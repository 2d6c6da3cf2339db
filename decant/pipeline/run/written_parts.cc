#include "decant/pipeline/run/written_parts.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json_reader.h"
#include "decant/base/lock_file.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDataOfPart = "data";
constexpr const char* kRunJobAgain = "Delete the folder, and run its job again";

[[noreturn]] void refuse_part(const fs::path& file, const std::string& place, const std::string& what,
                              const std::string& remedy = kRunJobAgain) {
  throw InputError({file.string(), place, what, remedy});
}

/// Files below `folder` and their sizes, by their names.
std::map<std::string, int64_t> files_below(const fs::path& folder) {
  std::map<std::string, int64_t> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) files[entry.path().lexically_relative(folder).string()] = static_cast<int64_t>(entry.file_size());
  }
  return files;
}

std::vector<std::string> hashes_of_rows(const Rows& rows, const Subset& some, const Context& context) {
  std::vector<std::string> hashes(some.size());
  Stage stage(context, "hash", std::ssize(some), "rows");
  parallel_for(context, std::ssize(some), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) hashes[i] = sha256(rows.bytes(some[i], scratch));
    stage.advance(end - begin);
  });
  return hashes;
}

/// Reads the lines of one part into `hashes`.
void read_part_manifest(const JobRecord& record, const Dataset& dataset, const Subset& kept, std::vector<std::string>& hashes) {
  const fs::path file = record.file.parent_path() / kPartManifest;
  const std::string name = file.string();
  if (!fs::exists(file)) refuse_part(file, "", "is missing");
  if (file_digest(file) != JsonReader(*record.json, record.file.string()).text("manifest"))
    refuse_part(file, "", "does not hold what its job wrote: half a file, or a changed one");
  const Subset expected = rows_to_write(dataset, kept, record.job.range);
  std::istringstream lines(read_text(file));
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json json = parse_json(line, name);
    const JsonReader reader(json, name, fmt::format("line {}", count + 1));
    const int64_t row = reader.require("row").count("row");
    if (count >= expected.size() || row != expected[count])
      refuse_part(file, fmt::format("line {}", count + 1), "is of a row that is not this job's");
    if (reader.text("key") != dataset.train().key(row))
      refuse_part(file, fmt::format("line {}", count + 1),
                  fmt::format("is of {}, and row {} is now {}", reader.text("key"), row, dataset.train().key(row)),
                  "The data set was changed: run all jobs again");
    hashes[static_cast<size_t>(std::ranges::lower_bound(kept, row) - kept.begin())] = reader.text("sha256");
  }
  if (count != expected.size()) refuse_part(file, "", fmt::format("has {} lines, and its job {} rows", count, expected.size()));
}

/// What the job says that it wrote.
std::map<std::string, int64_t> recorded_files(const JobRecord& record) {
  std::map<std::string, int64_t> files;
  JsonReader(*record.json, record.file.string()).each_object("files", [&](const JsonReader& file) {
    const std::string name = file.require("name").text("name");
    if (!is_safe_relative(name)) file.refuse("name", "leads out of the folder");
    files[name] = file.require("bytes").count("bytes");
  });
  return files;
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::create_hard_link(from, to, code);
  if (!code) return;
  fs::copy_file(from, to, code);
  if (code) throw IoError({to.string(), "", "cannot be written: " + code.message(), "Check the disk, and try again"});
}

bool equal_files(const fs::path& a, const fs::path& b) {
  const MappedFile first(a);
  const MappedFile second(b);
  return std::ranges::equal(first.bytes(), second.bytes());
}

}  // namespace

std::string why_no_part(const fs::path& folder) {
  if (!fs::is_directory(folder)) return "is not a folder";
  if (const std::string why = why_no_job(folder / kPartRecord, kWriteStage); !why.empty()) return why;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != kPartRecord && name != kPartManifest && name != kDataOfPart && name != LockedFolder::kLock)
      return fmt::format("holds '{}', which decant did not write", name);
  }
  return "";
}

Subset read_rows_to_keep(const std::string& file, int64_t rows) {
  if (!fs::exists(file)) throw InputError({file, "", "no such file", "Give the rows to keep, as decant sample writes them"});
  std::vector<int64_t> kept = read_indices(file);
  if (kept.empty()) throw InputError({file, "", "holds no row", "Give the rows to keep, as decant sample writes them"});
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] >= rows)
      throw InputError({file, fmt::format("entry {}", i), fmt::format("is row {}, and there are {}", kept[i], human_count(rows)),
                        "Give rows of this data set"});
    if (i > 0 && kept[i] <= kept[i - 1])
      throw InputError({file, fmt::format("entry {}", i), "does not ascend", "Sort the rows, each once: numpy.unique"});
  }
  return Subset(std::move(kept));
}

bool has_files_of_rows(const Dataset& dataset) {
  return dataset.writer != nullptr && !dataset.writer->file_of(0).empty();
}

Subset rows_to_write(const Dataset& dataset, const Subset& kept, const RowRange& range) {
  const bool files = has_files_of_rows(dataset);
  std::map<std::string, int64_t> first;
  std::vector<int64_t> mine;
  for (const int64_t row : kept) {
    const int64_t begin = files ? first.try_emplace(dataset.writer->file_of(row), row).first->second : row;
    if (begin >= range.begin && begin < range.end) mine.push_back(row);
  }
  return Subset(std::move(mine));
}

int64_t write_part(const Job& job, const Dataset& dataset, const Subset& rows, const fs::path& folder, const Context& context) {
  const bool files = has_files_of_rows(dataset);
  const fs::path data = folder / kDataOfPart;
  if (files && !rows.empty()) {
    fs::create_directories(data);
    dataset.writer->write(rows, data, context);
  }
  const std::vector<std::string> hashes = hashes_of_rows(dataset.train(), rows, context);
  FileWriter manifest(folder / kPartManifest);
  for (size_t i = 0; i < rows.size(); ++i)
    manifest.write(json_text({{"row", rows[i]}, {"key", dataset.train().key(rows[i])}, {"sha256", hashes[i]}}) + "\n");
  manifest.commit();
  Json record = to_json(job);
  record["manifest"] = file_digest(folder / kPartManifest);
  record["has_files"] = files;
  record["files"] = Json::array();
  int64_t bytes = 0;
  for (const auto& [name, size] : files_below(data)) {
    record["files"].push_back({{"name", name}, {"bytes", size}});
    bytes += size;
  }
  write_file(folder / kPartRecord, json_text(record) + "\n");
  return bytes;
}

WrittenParts read_parts(const std::string& pattern, const Dataset& dataset, const Subset& kept, const std::string& rows_file,
                        const Context& context) {
  WrittenParts parts;
  for (const fs::path& folder : job_files(pattern)) {
    if (!fs::is_directory(folder) || !fs::exists(folder / kPartRecord))
      refuse_part(folder, "", "is no part that decant write wrote", "Check the pattern");
    parts.jobs.push_back(read_job(folder / kPartRecord, kWriteStage));
  }
  require_all_jobs(parts.jobs, pattern);
  const Job& first = parts.jobs.front().job;
  if (first.rows != dataset.train().size())
    refuse_part(pattern, "", fmt::format("are parts of a data set of {} rows, and this one has {}", first.rows, dataset.train().size()),
                "Name the data set that they were written of");
  if (const auto rows = first.options.find("rows"); rows == first.options.end() || rows->second != file_digest(rows_file))
    refuse_part(pattern, "", fmt::format("were written of other rows than those of {}", rows_file),
                "Give the --rows that the jobs were given");
  parts.files = has_files_of_rows(dataset);
  parts.hashes.resize(kept.size());
  for (const JobRecord& record : parts.jobs) {
    context.check_cancelled();
    read_part_manifest(record, dataset, kept, parts.hashes);
    if (JsonReader(*record.json, record.file.string()).flag("has_files") != parts.files)
      refuse_part(record.file, "has_files", "is of a data set of another format");
  }
  return parts;
}

int64_t WrittenParts::place(const fs::path& data, const Context& context) const {
  Stage stage(context, "joining", std::ssize(jobs), "parts");
  int64_t bytes = 0;
  for (const JobRecord& record : jobs) {
    const fs::path from = record.file.parent_path() / kDataOfPart;
    const std::map<std::string, int64_t> wanted = recorded_files(record);
    const std::map<std::string, int64_t> there = files_below(from);
    for (const auto& [name, size] : there) {
      if (!wanted.contains(name)) refuse_part(from / name, "", "was not written by its job");
    }
    for (const auto& [name, size] : wanted) {
      const auto found = there.find(name);
      if (found == there.end()) refuse_part(from / name, "", "is missing");
      if (found->second != size) refuse_part(from / name, "", fmt::format("has {} bytes, and its job wrote {}", found->second, size));
      const fs::path to = data / name;
      if (fs::exists(to)) {  // what is written besides rows is in every part
        if (!equal_files(from / name, to)) refuse_part(from / name, "", "differs from that of another part", "Run all jobs again");
        continue;
      }
      std::error_code code;
      fs::create_directories(to.parent_path(), code);
      if (code) throw IoError({to.parent_path().string(), "", "cannot create the folder: " + code.message(), ""});
      link_or_copy(from / name, to);
      bytes += size;
    }
    context.check_cancelled();
    stage.advance();
  }
  return bytes;
}

}  // namespace decant
