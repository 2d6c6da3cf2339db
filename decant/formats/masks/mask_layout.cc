#include "decant/formats/masks/mask_layout.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <fstream>
#include <unordered_map>
#include <unordered_set>

#include "decant/base/file.h"
#include "decant/base/text.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/split_name.h"

namespace decant::masks {
namespace fs = std::filesystem;

namespace {

constexpr std::array kMaskFolders = {"masks", "mask", "annotations", "labels", "gt"};
constexpr std::array kPictureFolders = {"images", "image", "imgs", "img"};
constexpr std::array kSuffixes = {"", "_mask", "_L", "_seg", "_label", "_gt"};
constexpr std::array kBesideSplit = {"annot", "_annot", "_masks", "_mask", "masks", "_labels"};
constexpr std::string_view kPictureOfCity = "_leftImg8bit";
constexpr int kLookedAt = 8;  // files of one folder that are looked into

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

std::string joined_path(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

std::string name_without_ending(const std::string& name) {
  const size_t dot = name.rfind('.');
  const size_t slash = name.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? name : name.substr(0, dot);
}

bool ends_as_png(std::string_view name) {
  return name.size() > 4 && (name.ends_with(".png") || name.ends_with(".PNG"));
}

/// Whether a PNG has samples of one channel, or a palette: what masks mostly are.
bool is_flat_png(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(26, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return in.gcount() == 26 && start.starts_with("\x89PNG") && (start[25] == 0 || start[25] == 3);
}

/// Whether a folder holds a PNG, at its top or two levels below.
bool holds_png(const fs::path& folder, int levels = 2) {
  std::error_code code;
  std::vector<fs::path> below;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    std::error_code ignored;
    if (it->is_directory(ignored))
      below.push_back(it->path());
    else if (ends_as_png(it->path().filename().string()))
      return true;
  }
  return levels > 0 && std::ranges::any_of(below, [&](const fs::path& each) { return holds_png(each, levels - 1); });
}

/// Whether the first pictures of a folder have a mask of the same name next to them.
bool pairs_up(const fs::path& folder) {
  std::error_code code;
  int pairs = 0, pictures = 0;
  for (fs::directory_iterator it(folder, code), end; !code && it != end && pictures < kLookedAt; it.increment(code)) {
    const std::string name = it->path().filename().string();
    if (ends_as_png(name) || !has_picture_ending(name)) continue;
    ++pictures;
    pairs += is_flat_png(fs::path(it->path()).replace_extension(".png")) ? 1 : 0;
  }
  return pictures > 0 && pairs == pictures;
}

// ---- Which layout is it?

using Found = std::optional<MaskLayout>;

/// Makes the only split that of training; nothing where there are several and none is it.
Found with_training(MaskLayout layout) {
  if (layout.splits.empty()) return std::nullopt;
  if (layout.splits.contains(Split::train)) return layout;
  if (layout.splits.size() > 1) return std::nullopt;
  auto only = layout.splits.extract(layout.splits.begin());
  only.key() = Split::train;
  layout.splits.insert(std::move(only));
  return layout;
}

Found voc_masks(const fs::path& root) {
  if (!is_there(root / "JPEGImages") || !holds_png(root / "SegmentationClass", 0)) return std::nullopt;
  MaskLayout layout{.root = root, .kind = MaskLayoutKind::voc};
  std::error_code code;
  const auto list = [&](const char* name) {
    const std::string path = std::string("ImageSets/Segmentation/") + name;
    return fs::is_regular_file(root / path, code) ? path : std::string();
  };
  const std::string train = list("train.txt");
  layout.splits[Split::train] = {"JPEGImages", "SegmentationClass", train.empty() ? list("trainval.txt") : train};
  if (!train.empty() && !list("val.txt").empty()) layout.splits[Split::validation] = {"JPEGImages", "SegmentationClass", list("val.txt")};
  return layout;
}

Found cityscapes(const fs::path& root) {
  MaskLayout layout{.root = root, .kind = MaskLayoutKind::cityscapes};
  for (const char* masks : {"gtFine", "gtCoarse"}) {
    if (!is_there(root / "leftImg8bit") || !is_there(root / masks)) continue;
    for (const std::string& name : folders_in(root / "leftImg8bit")) {
      const auto split = meant_split(name);
      if (split && is_there(root / masks / name))
        layout.splits.emplace(*split, MaskFolders{"leftImg8bit/" + name, std::string(masks) + "/" + name, ""});
    }
  }
  return with_training(std::move(layout));
}

/// The folder of masks next to one of pictures, both below `below`.
std::optional<MaskFolders> side_by_side(const fs::path& root, const std::string& below) {
  for (const char* pictures : kPictureFolders) {
    const std::string own = joined_path(below, pictures);
    if (!is_there(root / own)) continue;
    for (const char* masks : kMaskFolders) {
      if (holds_png(root / joined_path(below, masks))) return MaskFolders{own, joined_path(below, masks), ""};
    }
  }
  return std::nullopt;
}

Found images_and_masks(const fs::path& root) {
  const auto folders = side_by_side(root, "");
  if (!folders) return std::nullopt;
  MaskLayout layout{.root = root};
  for (const std::string& name : folders_in(root / folders->pictures)) {
    const auto split = meant_split(name);
    if (!split || !is_there(root / folders->masks / name)) continue;
    layout.splits.emplace(*split, MaskFolders{folders->pictures + "/" + name, folders->masks + "/" + name, ""});
    if (*split == Split::train && name == "training" && folders->masks == "annotations") layout.kind = MaskLayoutKind::ade20k;
  }
  if (layout.splits.contains(Split::train)) return layout;
  layout.splits = {{Split::train, *folders}};
  return layout;
}

Found a_folder_per_split(const fs::path& root) {
  MaskLayout layout{.root = root};
  for (const std::string& name : folders_in(root)) {
    const auto split = meant_split(name);
    if (!split || layout.splits.contains(*split)) continue;
    if (const auto folders = side_by_side(root, name)) {
      layout.splits[*split] = *folders;
      if (is_there(root / name / "instances")) layout.kind = MaskLayoutKind::vistas;
    }
  }
  return with_training(std::move(layout));
}

Found masks_next_to_splits(const fs::path& root) {
  MaskLayout layout{.root = root};
  for (const std::string& name : folders_in(root)) {
    const auto split = meant_split(name);
    if (!split || layout.splits.contains(*split)) continue;
    for (const std::string suffix : kBesideSplit) {
      if (!holds_png(root / (name + suffix), 0)) continue;
      layout.splits[*split] = {name, name + suffix, ""};
      if (suffix == "annot") layout.kind = MaskLayoutKind::camvid;
      break;
    }
  }
  return with_training(std::move(layout));
}

Found camvid_in_colours(const fs::path& root) {
  std::string pictures, masks;
  for (const std::string& name : folders_in(root)) {
    if (name.find("StillsRaw") != std::string::npos) pictures = name;
    if (name.find("LabeledApproved") != std::string::npos) masks = name;
  }
  if (pictures.empty() || masks.empty()) return std::nullopt;
  return MaskLayout{root, MaskLayoutKind::camvid_colours, {{Split::train, {pictures, masks, ""}}}};
}

Found next_to_each_other(const fs::path& root) {
  MaskLayout layout{.root = root, .kind = MaskLayoutKind::same_folder};
  if (pairs_up(root)) {
    layout.splits[Split::train] = {};
    return layout;
  }
  for (const std::string& name : folders_in(root)) {
    const auto split = meant_split(name);
    if (split && pairs_up(root / name)) layout.splits.emplace(*split, MaskFolders{name, name, ""});
  }
  return with_training(std::move(layout));
}

// ---- Rows

/// Names of the masks below a folder by their stems, relative to it.
class MaskNames {
 public:
  MaskNames(const fs::path& folder, const Context& context) {
    const PictureList list = list_pictures(folder, "", kNoLabel, context);
    for (int64_t i = 0; i < list.size(); ++i) {
      const std::string name = list.key(i);
      auto& own = names_[name_without_ending(name)];
      if (own.empty() || ends_as_png(name)) own = name;
    }
  }

  /// Of a picture, by its stem; empty where there is none.
  std::string take(const std::string& stem) {
    for (const char* suffix : kSuffixes) {
      if (const auto found = names_.find(stem + suffix); found != names_.end()) return taken(found->second);
    }
    return {};
  }
  std::string exactly(const std::string& stem) {
    const auto found = names_.find(stem);
    return found == names_.end() ? std::string() : taken(found->second);
  }
  int64_t left() const { return std::ssize(names_) - std::ssize(taken_); }

 private:
  std::string taken(const std::string& name) {
    taken_.insert(name);
    return name;
  }
  std::unordered_map<std::string, std::string> names_;
  std::unordered_set<std::string> taken_;
};

class MaskRowList {
 public:
  MaskRowList(const MaskLayout& layout, const MaskFolders& folders, std::string_view kind, const Context& context)
      : layout_(layout), folders_(folders), kind_(kind), context_(context), masks_(layout.root / folders.masks, context) {}

  std::vector<MaskRow> list(std::vector<Oddity>& oddities) {
    folders_.list.empty() ? add_pictures() : add_lines();
    const bool all_belong =
        layout_.kind == MaskLayoutKind::same_folder || layout_.kind == MaskLayoutKind::cityscapes || !folders_.list.empty();
    if (const int64_t left = masks_.left(); left > 0 && !all_belong)
      oddities.push_back({(layout_.root / folders_.masks).string(),
                          fmt::format("{} mask{} to no picture", human_count(left), left == 1 ? " belongs" : "s belong")});
    return std::move(rows_);
  }

 private:
  void add_pictures() {
    const PictureList list = list_pictures(layout_.root / folders_.pictures, "", kNoLabel, context_);
    std::vector<std::string> names;
    for (int64_t i = 0; i < list.size(); ++i) {
      const bool a_mask = layout_.kind == MaskLayoutKind::same_folder && ends_as_png(list.key(i));
      if (!a_mask) names.push_back(list.key(i));
    }
    std::ranges::sort(names, python_less);
    for (const std::string& name : names) add(name);
  }

  /// Names without ending, as in VOC's image sets.
  void add_lines() {
    std::unordered_map<std::string, std::string> pictures;
    for (const Entry& entry : list_folder(layout_.root / folders_.pictures).pictures)
      pictures.emplace(name_without_ending(entry.name), entry.name);
    const std::string text = read_text(layout_.root / folders_.list);
    std::unordered_set<std::string> seen;
    for (size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      std::string name = text.substr(begin, end - begin);
      begin = end + 1;
      name.erase(name.find_last_not_of(" \t\r") + 1);
      if (name.empty()) continue;
      const auto found = pictures.find(name);
      add(found == pictures.end() ? name + ".jpg" : found->second);
      if (!is_safe_relative(name)) rows_.back().fault = "its name in the list leads out of the folder of pictures";
      if (!seen.insert(name).second) rows_.back().fault = "is listed a second time";
    }
  }

  void add(const std::string& name) {
    MaskRow row{.picture = joined_path(folders_.pictures, name)};
    std::string stem = name_without_ending(name);
    const std::string mask = layout_.kind == MaskLayoutKind::cityscapes ? mask_of_city(stem, row) : masks_.take(stem);
    if (mask.empty() && !kind_.empty())
      row.fault =
          fmt::format("has no mask …{}.png in {}, of the kind of the training masks", kind_, (layout_.root / folders_.masks).string());
    else if (mask.empty())
      row.fault = "has no mask in " + (layout_.root / folders_.masks).string();
    else
      row.mask = joined_path(folders_.masks, mask);
    add_companions(stem, row);
    rows_.push_back(std::move(row));
  }

  /// x_gtFine_labelTrainIds.png where it was made, else x_gtFine_labelIds.png; every other file of
  /// the picture goes with it.
  std::string mask_of_city(const std::string& stem, MaskRow& row) {
    const std::string own = stem.ends_with(kPictureOfCity) ? stem.substr(0, stem.size() - kPictureOfCity.size()) : stem;
    std::string found;
    const std::string kind = "_" + folders_.masks.substr(0, folders_.masks.find('/'));
    constexpr std::array<std::string_view, 5> kFiles = {kTrainIds, kLabelIds, "_instanceIds", "_instanceTrainIds", "_color"};
    for (const std::string_view what : kFiles) {
      const std::string mask = masks_.exactly(own + kind + std::string(what));
      if (mask.empty()) continue;
      const bool of_classes = what.starts_with("_label") && (kind_.empty() || what == kind_);
      if (found.empty() && of_classes)
        found = mask;
      else
        row.others.push_back(joined_path(folders_.masks, mask));
    }
    const std::string polygons = joined_path(folders_.masks, own + kind + "_polygons.json");
    std::error_code code;
    if (fs::is_regular_file(layout_.root / polygons, code)) row.others.push_back(polygons);
    return found;
  }

  /// What lies in folders next to that of the masks under the same name.
  void add_companions(const std::string& stem, MaskRow& row) const {
    const auto add_if_there = [&](const std::string& folder) {
      const std::string file = joined_path(folder, stem + ".png");
      std::error_code code;
      if (fs::is_regular_file(layout_.root / file, code)) row.others.push_back(file);
    };
    if (layout_.kind == MaskLayoutKind::voc) add_if_there("SegmentationObject");
    if (layout_.kind != MaskLayoutKind::vistas) return;
    const size_t slash = folders_.masks.rfind('/');
    for (const char* name : {"instances", "panoptic"})
      add_if_there(joined_path(folders_.masks.substr(0, std::min(slash, folders_.masks.size())), name));
  }

  const MaskLayout& layout_;
  const MaskFolders& folders_;
  std::string_view kind_;  ///< of Cityscapes' masks; empty = either
  const Context& context_;
  MaskNames masks_;
  std::vector<MaskRow> rows_;
};

}  // namespace

const char* name_of(MaskLayoutKind kind) {
  constexpr std::array kNames = {"VOC",    "Cityscapes", "ADE20K", "Vistas", "CamVid", "CamVid in colours", "masks next to pictures",
                                 "folders"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<MaskLayout> find_masks(const fs::path& path) {
  if (!is_there(path)) return std::nullopt;
  const fs::path whole = fs::absolute(path).lexically_normal();
  const fs::path named = whole.has_filename() ? whole : whole.parent_path();
  if (named.filename() == "SegmentationClass") return voc_masks(named.parent_path());
  for (const auto find :
       {voc_masks, cityscapes, images_and_masks, a_folder_per_split, masks_next_to_splits, camvid_in_colours, next_to_each_other}) {
    if (Found layout = find(path)) return layout;
  }
  return std::nullopt;
}

std::vector<MaskRow> list_mask_rows(const MaskLayout& layout, const MaskFolders& folders, std::string_view kind, const Context& context,
                                    std::vector<Oddity>& oddities) {
  return MaskRowList(layout, folders, kind, context).list(oddities);
}

}  // namespace decant::masks
