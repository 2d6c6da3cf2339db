#include "decant/pipeline/run/own_outputs.h"

#include <algorithm>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/lock_file.h"
#include "decant/data/dynamics.h"
#include "decant/features/fitted_file.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/safetensors/safetensors.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

/// A document with these keys, read from a file that may be anything.
bool holds_keys(const fs::path& file, std::initializer_list<const char*> keys) {
  if (!fs::is_regular_file(file)) return false;
  const Json json = try_parse_json(read_text(file));
  return json.is_object() && std::ranges::all_of(keys, [&](const char* key) { return json.contains(key); });
}

std::string why_no_folder(const fs::path& folder, const char* record, std::initializer_list<const char*> keys,
                          const std::vector<std::string>& names) {
  if (!fs::is_directory(folder)) return "is not a folder";
  if (!holds_keys(folder / record, keys)) return fmt::format("holds no {} that decant wrote", record);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != LockedFolder::kLock && std::ranges::find(names, name) == names.end())
      return fmt::format("holds '{}', which decant did not write", name);
  }
  return "";
}

/// When a file was written, or a link made, wherever that leads.
std::pair<time_t, long> written_at(const fs::path& file) {
  struct stat own = {};
  if (::lstat(file.c_str(), &own) != 0) throw_errno(file.string(), "cannot read");
  return {own.st_mtim.tv_sec, own.st_mtim.tv_nsec};
}

/// What below some of a run's folders is younger than its record, which is written last, and no
/// folder: put there by somebody else, or changed since. Nothing where there is none.
std::string younger_than_record(const fs::path& run, const char* record, std::initializer_list<const char*> folders) {
  const auto written = written_at(run / record);
  for (const char* const name : folders) {
    const fs::path folder = run / name;
    if (!fs::is_directory(fs::symlink_status(folder))) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!fs::is_directory(entry.symlink_status()) && written_at(entry.path()) > written)
        return entry.path().lexically_relative(run).string();
    }
  }
  return "";
}

std::string why_no_npy(const fs::path& file, ElementType type, size_t axes, const char* what) {
  try {
    const NpyArray array = open_npy(file);
    if (array.type == type && array.shape.size() == axes) return "";
  } catch (const Error&) {  // no .npy file, or none that can be read
  }
  return fmt::format("holds no {}", what);
}

}  // namespace

std::string why_no_run(const fs::path& folder) {
  const std::string why = why_no_folder(
      folder, "run.json", {"rows", "version", "command", "method", "options"},
      {"data", "indices.npy", "bins.npy", "pools.npy", "order.npy", "gain.npy", "map.npy", "manifest.jsonl", "bad_files.jsonl", "run.json",
       "events.jsonl", "evidence.json", "report.html", "README.md", "images.npy", "objective.npy", "factors", "sheets", "repeats.jsonl"});
  if (!why.empty()) return why;
  const std::string younger = younger_than_record(folder, "run.json", {"data", "factors", "sheets"});
  return younger.empty() ? "" : fmt::format("holds '{}', which was put there or changed after decant wrote the folder", younger);
}

std::string why_no_scores(const fs::path& folder) {
  std::vector<std::string> names = {"dynamics.json"};
  for (const std::string_view name : kDynamicNames) names.push_back(std::string(name) + ".npy");
  if (!fs::is_directory(folder)) return "is not a folder";
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("score-") && name.ends_with(".npy")) names.push_back(name);
  }
  return why_no_folder(folder, "dynamics.json", {"input", "net", "epochs", "accuracy", "scores", "command"}, names);
}

std::string why_no_evidence(const fs::path& file) {
  return holds_keys(file, {"command", "machine", "protocol_name", "seeds"}) ? "" : "holds no evidence that decant wrote";
}

std::string why_no_trial_page(const fs::path& file) {
  const bool page = fs::is_regular_file(file) && read_text(file).find("<b>decant</b> trial ") != std::string::npos;
  return page ? "" : "holds no page of a trial that decant wrote";
}

std::string why_no_trial(const fs::path& file) {
  return holds_keys(file, {"format", "trial", "protocol", "results"}) ? "" : "holds no trial that decant wrote";
}

void require_own_pages(const fs::path& run) {
  const auto refuse = [](const fs::path& file) {
    throw InputError({file.string(), "", "was not made by decant and is not replaced", "Move it out of the run's folder"});
  };
  const fs::path page = run / "report.html";
  if (fs::exists(page) && !(fs::is_regular_file(page) && read_text(page).find(" · decant</title>") != std::string::npos)) refuse(page);
  const fs::path evidence = run / "evidence.json";
  if (fs::exists(evidence) && !holds_keys(evidence, {"protocol", "results"})) refuse(evidence);
}

std::string why_no_weights(const fs::path& file) {
  try {
    const SafeTensors content = open_safetensors(file);
    const auto is_float = [](const SafeTensor& tensor) { return tensor.type == ElementType::f32; };
    if (content.metadata.empty() && std::ranges::all_of(content.tensors, is_float)) return "";
  } catch (const Error&) {  // no such file, or none that can be read
  }
  return "holds no weights that decant wrote";
}

std::string why_no_fitted(const fs::path& file) {
  return features::fitted_kind(file).empty() ? "holds nothing that decant fitted" : "";
}

std::string why_no_rows(const fs::path& file) {
  return why_no_npy(file, ElementType::i64, 1, "row numbers");
}

std::string why_no_features(const fs::path& file) {
  return why_no_npy(file, ElementType::f32, 2, "features that decant wrote");
}

std::string why_no_duplicates(const fs::path& folder) {
  return why_no_folder(
      folder, "duplicates.json", {"version", "command", "input", "threshold", "pairs"},
      {"duplicates.json", "pairs.jsonl", "dropped.jsonl", "clusters.jsonl", "clusters.html", "indices.npy", "test-indices.npy"});
}

std::string why_no_maps(const fs::path& file) {
  return why_no_npy(file, ElementType::f32, 3, "maps of importance");
}

std::string why_no_map_pictures(const fs::path& folder) {
  if (!fs::is_directory(folder)) return "is not a folder";
  std::vector<std::string> names = {kMapPicturesFile};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("row-") && name.ends_with(".png")) names.push_back(name);
  }
  return why_no_folder(folder, kMapPicturesFile, {"input", "importance", "side", "pictures"}, names);
}

}  // namespace decant
