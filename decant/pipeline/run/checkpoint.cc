#include "decant/pipeline/run/checkpoint.h"

#include <algorithm>
#include <system_error>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/base/version.h"
#include "decant/select/bins/bin_file.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kCheckpointFormat = 1;
constexpr int64_t kRowsOfAFile = 4096;
constexpr auto kWriteEvery = std::chrono::seconds(1);
constexpr int64_t kDigestRows = 4096;  // part of the digest's definition
constexpr const char* kBegun = "begun.json";

/// The record of an interrupted run; null when there is none, or none that can be read.
Json read_begun(const fs::path& folder, const Context& context) {
  const fs::path file = folder / kBegun;
  if (folder.empty() || !fs::exists(file)) return {};
  const Json found = try_parse_json(read_text(file));
  const bool sound = found.is_object() && found.contains("format") && found.contains("version") && found.contains("options") &&
                     found["options"].is_object() && found.contains("sources") && found["sources"].is_array();
  if (!sound) context.warn(fmt::format("{}: is damaged; its bins will be cut again", file.string()));
  return sound ? found : Json();
}

std::string text_of_value(const Json& value) {
  return value.is_null() ? "nothing" : value.is_string() ? value.get<std::string>() : json_text(value);
}

/// How the run that is recorded was asked for something else; empty when it was not.
std::string what_differs(const Json& found, const Json& now) {
  for (const char* key : {"format", "version"}) {
    if (found[key] != now[key]) return fmt::format("it was made by decant {}, this is {}", text_of_value(found["version"]), kVersion);
  }
  for (const auto& [name, value] : now["options"].items()) {
    const Json before = found["options"].value(name, Json());
    if (before != value) return fmt::format("it ran with {} = {}, this run has {}", name, text_of_value(before), text_of_value(value));
  }
  return found["options"].size() == now["options"].size() ? "" : "it ran with other options";
}

/// The entry of that kind; an empty object when there is none.
Json source_named(const Json& sources, const std::string& what) {
  for (const Json& source : sources) {
    if (source.is_object() && source.value("what", Json()) == what) return source;
  }
  return Json::object();
}

Json json_of(const std::vector<Checkpoint::Source>& sources) {
  Json all = Json::array();
  for (const auto& source : sources) all.push_back({{"what", source.what}, {"file", source.file}, {"digest", source.digest}});
  return all;
}

/// Names what decides the bins: all of the record but where the data lay.
std::string identity_of(Json begun) {
  for (Json& source : begun["sources"]) source.erase("file");
  return Digest().add(json_text(begun)).hex();
}

}  // namespace

Checkpoint::Checkpoint(fs::path folder, const Json& options, bool overwrite, Comm* ranks, const Context& context)
    : folder_(std::move(folder)), overwrite_(overwrite), ranks_(ranks), context_(context), written_(std::chrono::steady_clock::now()) {
  begun_ =
      std::make_unique<Json>(Json{{"format", kCheckpointFormat}, {"version", kVersion}, {"options", options}, {"sources", Json::array()}});
  all_or_none(ranks_, is_root(ranks_), [&] { look_at_folder(); });
}

void Checkpoint::look_at_folder() {
  found_ = std::make_unique<Json>(read_begun(folder_, context_));
  const std::string other = found_->is_null() ? "" : what_differs(*found_, *begun_);
  if (found_->is_null() || (!other.empty() && overwrite_)) {
    drop();
    return;
  }
  if (other.empty()) return;
  throw InputError({folder_.parent_path().string(), "", "holds the bins of an interrupted run: " + other,
                    "Give the same options to resume it, or --overwrite to start over"});
}

Checkpoint::~Checkpoint() {
  try {
    flush();
  } catch (const std::exception&) {  // the run ends in any case; these bins are cut again
  }
}

void Checkpoint::drop() {
  *found_ = Json();
  std::error_code code;
  fs::remove_all(folder_, code);
  if (code) throw IoError({folder_.string(), "", "cannot be removed: " + code.message(), "Choose another -o"});
}

void Checkpoint::begin(const std::vector<Source>& sources) {
  (*begun_)["sources"] = json_of(sources);
  identity_ = identity_of(*begun_);
  all_or_none(ranks_, is_root(ranks_), [&] {
    go_on_or_drop(sources);
    if (ranks_ != nullptr) write_begun();
  });
  if (is_root(ranks_)) return;
  read_files_of_bins();
  begun_written_ = true;
}

/// Knows the bins of an interrupted run afterwards, if it read what this one reads.
void Checkpoint::go_on_or_drop(const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    if (found_->is_null()) break;
    const Json before = source_named((*found_)["sources"], source.what);
    if (before.value("digest", Json()) == source.digest) continue;
    if (overwrite_) {
      drop();
      break;
    }
    const std::string file = text_of_value(before.value("file", Json()));
    throw InputError({source.file, "",
                      fmt::format("holds {} that differ from those of the interrupted run{} whose bins are in {}", source.what,
                                  file == source.file ? "" : " in " + file, folder_.parent_path().string()),
                      "Restore the file and run again to resume, or give --overwrite to start over"});
  }
  if (!found_->is_null()) read_files_of_bins();
}

void Checkpoint::read_files_of_bins() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() == ".bins") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int64_t bins = 0;
  int64_t rows = 0;
  for (const fs::path& file : files) {
    try {
      for (BinRecord& record : parse_bin_file(MappedFile(file).bytes(), identity_, file.string())) {
        rows += static_cast<int64_t>(record.content.rows.size());
        ++bins;
        known_[record.pool].insert_or_assign(record.bin, std::move(record.content));
      }
    } catch (const InputError& error) {
      if (!is_root(ranks_)) continue;
      context_.warn(error.what());
      std::error_code code;
      fs::remove(file, code);
    }
  }
  files_ = files.empty() ? 0 : std::max<int64_t>(0, std::atoll(files.back().stem().c_str()));
  if (bins > 0) {
    context_.info(fmt::format("resuming an interrupted run: {} bins of {} rows are done", human_count(bins), human_count(rows)));
  }
}

std::vector<FinishedBin> Checkpoint::finished(int64_t pool) {
  const std::lock_guard lock(mutex_);
  std::vector<FinishedBin> bins;
  const auto known = known_.find(pool);
  if (known == known_.end()) return bins;
  for (auto& [bin, content] : known->second) {
    if (bin != static_cast<int64_t>(bins.size())) break;
    bins.push_back(std::move(content));
  }
  known_.erase(known);
  return bins;
}

void Checkpoint::keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) {
  if (folder_.empty()) return;
  const std::lock_guard lock(mutex_);
  append_bin(pool, bin, rows, gains, buffer_);
  buffered_rows_ += static_cast<int64_t>(rows.size());
  if (buffered_rows_ >= kRowsOfAFile || std::chrono::steady_clock::now() - written_ >= kWriteEvery) write_buffered();
}

void Checkpoint::flush() {
  const std::lock_guard lock(mutex_);
  if (!buffer_.empty()) write_buffered();
}

/// The record comes with the first bins: a run that ends before it has any leaves nothing that the
/// next one would have to agree with.
void Checkpoint::write_begun() {
  std::error_code code;
  fs::create_directories(folder_, code);
  if (code) throw IoError({folder_.string(), "", "cannot create: " + code.message(), "Choose another -o"});
  write_file(folder_ / kBegun, json_text(*begun_, 2) + "\n");
  begun_written_ = true;
}

void Checkpoint::write_buffered() {
  if (!begun_written_) write_begun();
  const std::string whose = ranks_ == nullptr ? "" : fmt::format("-{}", ranks_->rank());
  FileWriter writer(folder_ / fmt::format("{:06}{}.bins", ++files_, whose));
  writer.write(bin_file_header(identity_, buffer_));
  writer.write(buffer_);
  writer.commit();
  buffer_.clear();
  buffered_rows_ = 0;
  written_ = std::chrono::steady_clock::now();
}

void Checkpoint::remove() {
  buffer_.clear();
  any_of_all(ranks_, false);  // until every rank is here: nobody keeps bins any more
  all_or_none(ranks_, is_root(ranks_), [&] { drop(); });
}

std::string digest_of_rows(const Features& features, const Context& context) {
  const int64_t count = features.count();
  std::vector<std::string> chunks(static_cast<size_t>((count + kDigestRows - 1) / kDigestRows));
  parallel_for(context, count, kDigestRows, [&](int64_t begin, int64_t end) {
    Digest digest;
    std::vector<float> scratch;
    for (int64_t row = begin; row < end; ++row) digest.add(std::as_bytes(features.row(row, scratch)));
    chunks[static_cast<size_t>(begin / kDigestRows)] = digest.hex();
  });
  Digest whole;
  whole.add(count).add(features.width());
  for (const std::string& chunk : chunks) whole.add(chunk);
  return whole.hex();
}

}  // namespace decant
