#include "decant/pipeline/run/run_source.h"

#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json_reader.h"
#include "decant/data/rows_view.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/joined_input.h"
#include "decant/pipeline/run/sheets_in_run.h"
#include "decant/pipeline/run/stored_files.h"

namespace decant {
namespace {

/// Of each line of the manifest, what the stored file's bytes are.
std::vector<std::string> stored_hashes(const std::filesystem::path& manifest) {
  std::vector<std::string> hashes;
  std::istringstream lines(read_text(manifest));
  for (std::string line; std::getline(lines, line);) {
    const Json json = parse_json(line, manifest.string());
    hashes.push_back(JsonReader(json, manifest.string()).text("stored_sha256"));
  }
  return hashes;
}

/// The rows that have these hashes, in their order; of equal rows, the first. Null where one is
/// missing.
std::shared_ptr<const Rows> in_order_of(const std::vector<std::string>& hashes, std::shared_ptr<const Rows> rows, const Context& context) {
  if (std::ssize(hashes) != rows->size()) return nullptr;
  std::map<std::string, int64_t> places;
  const std::vector<StoredFile> files = stored_files(*rows, context);
  for (size_t i = 0; i < files.size(); ++i) places.emplace(files[i].sha256, static_cast<int64_t>(i));
  std::vector<int64_t> picked;
  for (const std::string& hash : hashes) {
    const auto found = places.find(hash);
    if (found == places.end()) return nullptr;
    picked.push_back(found->second);
  }
  return std::make_shared<RowsView>(std::move(rows), std::move(picked));
}

}  // namespace

namespace {

[[noreturn]] void refuse_source(const std::string& path) {
  throw InputError({path, "", "is not the data set that this run was made from (the digest differs)",
                    "Restore the original, or run `decant compress` again"});
}

}  // namespace

void require_source(const RunFolder& run, const Input& input, const std::string& path) {
  if (!run.run.input || input.digest != run.run.input->digest) refuse_source(path);
}

void require_source(const RunRecord& run, const Input& input, const std::string& path) {
  if (run.input && input.digest != run.input->digest) refuse_source(path);
}

namespace {

void require_path(const std::string& path, bool first) {
  if (std::filesystem::exists(path) || path.find_first_of("{*") != std::string::npos) return;
  throw InputError({path, "", "the data set of this run no longer exists",
                    first ? "Give its new path with --source" : "Put it back: rows of this run are from it"});
}

/// The parts of a set that was extended, each proved to be the same.
Input joined_source_of(const RunFolder& run, const std::string& asked, const Context& context) {
  std::vector<Input> parts;
  for (const SourceRecord& source : run.run.input->sources) {
    const bool moved = parts.empty() && !asked.empty();
    if (!moved) require_path(source.path, parts.empty());
    const std::string path = moved ? asked : source.path;
    parts.push_back(read_input({.path = path, .labels = source.labels, .fields = fields_of(run.run)}, context));
    if (parts.back().digest != source.digest) refuse_source(path);
  }
  return joined_input(std::move(parts));
}

}  // namespace

Input source_of(const RunFolder& run, const std::string& asked, const Context& context) {
  if (run.run.input && run.run.input->sources.size() > 1) return joined_source_of(run, asked, context);
  const std::string path = !asked.empty() ? asked : run.run.input ? run.run.input->path : "";
  if (path.empty())
    throw InputError({run.path.string(), "", "does not say which data set it was made from",
                      "Give it with --source, or write only the row numbers: -o indices.npy"});
  if (asked.empty() && !std::filesystem::exists(path) && path.find_first_of("{*") == std::string::npos)
    throw InputError({path, "", "the data set of this run no longer exists", "Give its new path with --source"});
  Input input = read_input({.path = path, .labels = run.run.option_text("labels"), .fields = fields_of(run.run)}, context);
  require_source(run, input, path);
  return input;
}

std::shared_ptr<const Rows> reduced_pictures(const RunFolder& run, const Context& context) {
  if (run.run.sheets && run.has_data()) return pictures_in_sheets(run.path / "data", run.kept);
  if (!run.run.patches || !run.has_data()) return nullptr;
  auto rows = open_dataset((run.path / "data").string(), stored_fields_of(run.run).to_open(), context).splits.at(Split::train);
  if (rows->size() != std::ssize(run.kept)) return nullptr;
  const bool reordered = run.run.output_format == "imagefolder" && run.run.input && run.run.input->format != "imagefolder";
  return reordered ? in_order_of(stored_hashes(run.path / "manifest.jsonl"), std::move(rows), context) : rows;
}

std::vector<std::string> run_inputs(const RunFolder& run, const std::string& asked) {
  std::vector<std::string> inputs = {run.path.string(), asked};
  if (run.run.input) inputs.push_back(run.run.input->path);
  if (run.run.input) {
    for (const SourceRecord& source : run.run.input->sources) inputs.insert(inputs.end(), {source.path, source.labels});
  }
  for (const char* option : {"labels", "features", "importance"}) {
    if (std::string file = run.run.option_text(option); file.ends_with(".npy")) inputs.push_back(std::move(file));
  }
  return with_folders_read(std::move(inputs), fields_of(run.run));
}

}  // namespace decant
