#include "decant/formats/imagefolder/split_layout.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 5> kPlainNames = {"train", "val", "valid", "validation", "test"};
constexpr int kLevels = 4;  // as looks_like_imagefolder() goes

bool is_plain(std::string_view name) {
  return std::ranges::find(kPlainNames, name) != kPlainNames.end();
}

/// The folder of each split: plain names first.
std::map<Split, std::string> meant_folders(const std::vector<std::string>& names) {
  std::map<Split, std::string> folders;
  for (const bool plain : {true, false}) {
    for (const std::string& name : names) {
      const auto split = meant_split(name);
      if (split && is_plain(name) == plain) folders.try_emplace(*split, name);
    }
  }
  return folders;
}

bool are_splits(const fs::path& root, const Folder& top, const std::map<Split, std::string>& meant) {
  const auto train = meant.find(Split::train);
  if (train == meant.end()) return false;
  if (meant.size() > 1 || (train->second == "train" && !list_folder(root / "train").folders.empty())) return true;
  return std::ranges::all_of(top.folders,
                             [&](const std::string& name) { return meant_split(name) || !holds_pictures(root / name, kLevels); });
}

/// The listing, or an empty one of a folder that cannot be read: a volume's lost+found does not
/// hide the pictures next to it.
Folder list_if_readable(const fs::path& path) {
  try {
    return list_folder(path);
  } catch (const IoError&) {
    return {};
  }
}

}  // namespace

bool holds_pictures(const fs::path& path, int levels) {
  const Folder folder = list_if_readable(path);
  if (!folder.pictures.empty()) return true;
  return levels > 0 && std::any_of(folder.folders.begin(), folder.folders.end(),
                                   [&](const std::string& name) { return holds_pictures(path / name, levels - 1); });
}

std::map<Split, std::string> split_layout(const fs::path& root, const Folder& top) {
  auto meant = meant_folders(top.folders);
  return are_splits(root, top, meant) ? meant : std::map<Split, std::string>();
}

bool only_held_out(const Folder& top) {
  return !top.folders.empty() && std::ranges::all_of(top.folders, [](const std::string& name) {
    const auto split = meant_split(name);
    return split && *split != Split::train;
  });
}

void note_read_as_splits(const fs::path& root, const std::map<Split, std::string>& folders, std::vector<Oddity>& oddities) {
  std::string text;
  for (const auto& [split, name] : folders) {
    if (!is_plain(name))
      text += fmt::format("{}'{}' is read as the {} split", text.empty() ? "" : ", ", name,
                          split == Split::train ? "training" : name_of(split));
  }
  if (!text.empty()) oddities.push_back({root.string(), text});
}

}  // namespace decant
