#include "decant/formats/coco/coco_layout.h"

#include <algorithm>
#include <array>
#include <optional>

#include "decant/base/errors.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/split_name.h"

namespace decant::coco {
namespace fs = std::filesystem;

namespace {

constexpr size_t kMostJsons = 64;  // of one folder that are looked into: a folder may hold one for each picture
constexpr const char* kAnnotations = "annotations";

bool ends_as_json(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension == ".json";
}

/// COCO's json files in root / folder, sorted.
std::vector<fs::path> jsons_in(const fs::path& root, const fs::path& folder) {
  std::vector<std::string> names = files_in(root / folder);
  std::erase_if(names, [](const std::string& name) { return !ends_as_json(name); });
  if (names.size() > kMostJsons) names.resize(kMostJsons);
  std::vector<fs::path> found;
  for (const std::string& name : names) {
    if (looks_like_coco_json(root / folder / name)) found.push_back(folder / name);
  }
  return found;
}

/// Which json of a split gives its objects: small = likelier.
int unlikeliness(const fs::path& json) {
  const std::string name = json.stem().string();
  if (name.find("instances") != std::string::npos) return 0;
  constexpr std::array<std::string_view, 5> kOthers = {"caption", "keypoint", "stuff", "panoptic", "image_info"};
  const auto* const other = std::ranges::find_if(kOthers, [&](std::string_view word) { return name.find(word) != std::string::npos; });
  return other == kOthers.end() ? 1 : 2 + static_cast<int>(other == &kOthers[0]);
}

std::map<Split, CocoSplit> grouped(const std::map<Split, std::vector<fs::path>>& jsons) {
  std::map<Split, CocoSplit> splits;
  for (const auto& [split, files] : jsons) {
    const auto first = std::ranges::min_element(files, {}, unlikeliness);
    CocoSplit& own = splits[split];
    own.json = *first;
    for (auto it = files.begin(); it != files.end(); ++it) {
      if (it != first) own.others.push_back(*it);
    }
  }
  return splits;
}

CocoLayout of_file(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const bool below = fs::absolute(folder).lexically_normal().filename() == kAnnotations;
  CocoLayout layout{.root = below ? folder / ".." : folder};
  if (below && folder.has_parent_path()) layout.root = folder.parent_path();
  layout.splits[Split::train] = {below ? fs::path(kAnnotations) / path.filename() : path.filename()};
  return layout;
}

}  // namespace

CocoLayout find_coco(const fs::path& path) {
  if (!fs::is_directory(path)) {
    const bool is_one = ends_as_json(path) && fs::is_regular_file(path) && looks_like_coco_json(path);
    return is_one ? of_file(path) : CocoLayout();
  }
  std::map<Split, std::vector<fs::path>> jsons;
  const auto add = [&](const fs::path& folder, std::optional<Split> split) {
    for (const fs::path& json : jsons_in(path, folder)) {
      const std::optional<Split> own = split ? split : split_in_name(json.stem().string());
      jsons[own.value_or(Split::train)].push_back(json);
    }
  };
  add("", std::nullopt);
  for (const std::string& name : folders_in(path)) {
    if (name == kAnnotations)
      add(name, std::nullopt);
    else if (const auto split = meant_split(name))
      add(name, split);
  }
  CocoLayout layout{.root = path, .splits = grouped(jsons)};
  if (layout.splits.empty() || layout.splits.contains(Split::train)) return layout;
  if (layout.splits.size() > 1)
    throw InputError({path.string(), "", "holds the json of validation and test pictures but none of training pictures",
                      "Give the json itself to choose among its pictures"});
  auto only = layout.splits.extract(layout.splits.begin());
  only.key() = Split::train;
  layout.splits.insert(std::move(only));
  return layout;
}

fs::path folder_of_split(const fs::path& json) {
  const fs::path own = json.parent_path();
  return own.filename() == kAnnotations ? own.parent_path() : own;
}

std::vector<std::string> picture_folders(const fs::path& json, Split split) {
  const std::string stem = json.stem().string();
  std::vector<std::string> names = {stem};
  if (const size_t dash = stem.rfind('_'); dash != std::string::npos) names.push_back(stem.substr(dash + 1));
  constexpr std::array<std::array<const char*, 2>, 3> kNames = {{{"train", "training"}, {"val", "valid"}, {"test", "testing"}}};
  for (const char* name : kNames[static_cast<size_t>(split)]) names.emplace_back(name);
  std::vector<std::string> folders;
  const auto add_below = [&](const fs::path& base) {
    for (const std::string& name : names) folders.push_back((base / "images" / name).string());
    for (const std::string& name : names) folders.push_back((base / name).string());
    for (const char* name : {"images", "data"}) folders.push_back((base / name).string());
  };
  const fs::path own = json.parent_path();
  folders.push_back(own.string());
  add_below(own);
  if (!own.empty()) {
    add_below(own.parent_path());
    folders.push_back(own.parent_path().string());
  }
  return folders;
}

int folder_with(const fs::path& root, const std::vector<std::string>& folders, const std::vector<std::string>& names) {
  int best = -1;
  int64_t most = 0;
  for (size_t i = 0; i < folders.size(); ++i) {
    std::error_code code;
    if (!fs::is_directory(root / folders[i], code)) continue;
    const int64_t there = std::ranges::count_if(names, [&](const std::string& name) { return fs::exists(root / folders[i] / name, code); });
    if (there > most) most = there, best = static_cast<int>(i);
  }
  return best;
}

}  // namespace decant::coco
