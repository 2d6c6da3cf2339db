#include "decant/formats/voc/voc_layout.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <fstream>
#include <set>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/text.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/split_name.h"
#include "decant/formats/voc/voc_xml.h"

namespace decant::voc {
namespace fs = std::filesystem;

namespace {

constexpr int kMostXmls = 16;  // of one folder that are looked into
constexpr std::array kAnnotationFolders = {"Annotations", "annotations", "xmls", "xml", "labels"};
constexpr std::array kPictureFolders = {"JPEGImages", "images", "Images", "JPEGimages", "imgs"};
constexpr const char* kLists = "ImageSets/Main";

bool folder_is_there(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

bool ends_as_xml(std::string_view name) {
  return name.size() > 4 && (name.ends_with(".xml") || name.ends_with(".XML"));
}

std::string xml_start(const fs::path& file) {
  std::error_code code;
  if (!fs::is_regular_file(file, code)) return {};
  std::ifstream in(file, std::ios::binary);
  std::string start(4096, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(std::max<std::streamsize>(0, in.gcount())));
  return start;
}

bool holds_annotations(const fs::path& folder) {
  std::error_code code;
  int seen = 0;
  for (fs::directory_iterator it(folder, code), end; !code && it != end && seen < kMostXmls; it.increment(code)) {
    if (ends_as_xml(it->path().filename().string()) && ++seen > 0 && looks_like_voc_xml(xml_start(it->path()))) return true;
  }
  return false;
}

/// Folders of annotations and pictures, next to each other or one and the same.
std::optional<VocFolders> voc_folders_in(const fs::path& root, const std::string& below) {
  const std::string prefix = below.empty() ? "" : below + "/";
  for (const char* annotations : kAnnotationFolders) {
    if (!folder_is_there(root / (prefix + annotations)) || !holds_annotations(root / (prefix + annotations))) continue;
    for (const char* pictures : kPictureFolders) {
      if (folder_is_there(root / (prefix + pictures))) return VocFolders{prefix + annotations, prefix + pictures, ""};
    }
  }
  if (holds_annotations(root / below)) return VocFolders{below, below, ""};
  return std::nullopt;
}

/// Lists of names by split; of a set without train.txt, what takes its place.
std::map<Split, std::string> lists_of(const fs::path& root, std::vector<Oddity>& oddities) {
  std::map<Split, std::string> lists;
  std::vector<std::string> plain;
  for (const std::string& name : files_in(root / kLists)) {
    if (lists_rows(std::string(kLists) + "/" + name)) plain.push_back(name);
  }
  const auto has = [&](const char* name) { return std::ranges::find(plain, name) != plain.end(); };
  const auto path = [](const std::string& name) { return std::string(kLists) + "/" + name; };
  if (has("train.txt"))
    lists[Split::train] = path("train.txt");
  else if (has("trainval.txt"))
    lists[Split::train] = path("trainval.txt");
  else if (plain.size() == 1)
    lists[Split::train] = path(plain.front());
  if (!lists.contains(Split::train)) {
    if (!plain.empty()) oddities.push_back({(root / kLists).string(), "has no train.txt, so every xml is a training row", true});
    return {};
  }
  if (has("val.txt") && has("train.txt")) lists[Split::validation] = path("val.txt");
  if (has("test.txt") && lists[Split::train] != path("test.txt")) lists[Split::test] = path("test.txt");
  return lists;
}

std::optional<VocLayout> layout_of_folder(const fs::path& root) {
  VocLayout layout{.root = root};
  if (auto folders = voc_folders_in(root, "")) {
    const auto lists = lists_of(root, layout.oddities);
    if (lists.empty()) layout.splits[Split::train] = *folders;
    for (const auto& [split, list] : lists) {
      layout.splits[split] = *folders;
      layout.splits[split].list = list;
    }
    return layout;
  }
  for (const std::string& name : folders_in(root)) {
    const auto split = meant_split(name);
    if (!split || layout.splits.contains(*split)) continue;
    if (auto folders = voc_folders_in(root, name)) layout.splits[*split] = *std::move(folders);
  }
  if (layout.splits.empty()) return std::nullopt;
  if (!layout.splits.contains(Split::train)) {
    if (layout.splits.size() > 1) return std::nullopt;
    auto only = layout.splits.extract(layout.splits.begin());
    only.key() = Split::train;
    layout.splits.insert(std::move(only));
  }
  return layout;
}

/// FOLDER/ImageSets/Main/x.txt.
std::optional<VocLayout> layout_of_list(const fs::path& list) {
  const fs::path whole = fs::absolute(list).lexically_normal();
  const fs::path sets = whole.parent_path().parent_path();
  const bool of_rows = lists_rows(whole.lexically_relative(sets.parent_path()).string());
  if (!of_rows || sets.filename() != "ImageSets") return std::nullopt;
  auto folders = voc_folders_in(sets.parent_path(), "");
  if (!folders) return std::nullopt;
  folders->list = whole.lexically_relative(sets.parent_path()).string();
  VocLayout layout{.root = sets.parent_path()};
  layout.splits[Split::train] = *std::move(folders);
  return layout;
}

/// FOLDER/VOC2012 of a VOCdevkit.
std::optional<VocLayout> layout_below(const fs::path& folder) {
  const std::vector<std::string> names = folders_in(folder);
  if (names.size() > 64) return std::nullopt;
  std::vector<VocLayout> found;
  for (const std::string& name : names) {
    const bool published = folder_is_there(folder / name / "Annotations") && folder_is_there(folder / name / "JPEGImages");
    if (!published) continue;
    if (auto layout = layout_of_folder(folder / name)) found.push_back(*std::move(layout));
  }
  if (found.size() > 1)
    throw InputError({folder.string(), "",
                      fmt::format("holds {} VOC sets, {} and {} among them", found.size(), found[0].root.filename().string(),
                                  found[1].root.filename().string()),
                      "Give the folder of one"});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

// ---- Rows

/// Pictures of a folder by their names without endings; the first by name of those that share one.
std::unordered_map<std::string, std::string> pictures_by_name(const fs::path& folder) {
  std::unordered_map<std::string, std::string> pictures;
  for (const Entry& entry : list_folder(folder).pictures) pictures.emplace(fs::path(entry.name).stem().string(), entry.name);
  return pictures;
}

class RowList {
 public:
  RowList(const VocLayout& layout, const VocFolders& folders, std::vector<Oddity>& oddities)
      : layout_(layout), folders_(folders), oddities_(oddities), pictures_(pictures_by_name(layout.root / folders.pictures)) {}

  std::vector<VocRow> list() {
    if (folders_.list.empty())
      add_every_xml();
    else
      add_lines();
    return std::move(rows_);
  }

 private:
  void add_every_xml() {
    for (const std::string& name : files_in(layout_.root / folders_.annotations)) {
      if (ends_as_xml(name)) add(name.substr(0, name.size() - 4));
    }
    int64_t without = std::ssize(pictures_);
    for (const VocRow& row : rows_) without -= pictures_.contains(row.name) ? 1 : 0;
    if (without > 0)
      odd(folders_.pictures, fmt::format("{} picture{} no xml and {} no row", human_count(without), without == 1 ? " has" : "s have",
                                         without == 1 ? "is" : "are"));
  }

  void add_lines() {
    const std::string text = read_text(layout_.root / folders_.list);
    int64_t blank = 0;
    size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    while (begin < text.size()) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view name = name_on_line(std::string_view(text).substr(begin, end - begin));
      name.empty() ? void(++blank) : add(std::string(name));
      begin = end + 1;
    }
    if (blank > 0) odd(folders_.list, fmt::format("{} empty line{} no row", human_count(blank), blank == 1 ? " is" : "s are"));
  }

  void add(std::string name) {
    VocRow row{.name = std::move(name)};
    if (!is_safe_relative(row.name)) {
      row.fault = "its name in the list leads out of the folder of pictures";
    } else if (!seen_.insert(row.name).second) {
      row.fault = "is listed a second time";
    } else if (const auto found = pictures_.find(row.name); found != pictures_.end()) {
      row.picture = below(found->second);
    } else if (row.name.find('/') != std::string::npos) {
      row.picture = nested_picture(row.name);
    }
    rows_.push_back(std::move(row));
  }

  std::string below(const std::string& name) const { return folders_.pictures.empty() ? name : folders_.pictures + "/" + name; }

  std::string nested_picture(const std::string& name) const {
    for (const char* ending : {".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG"}) {
      std::error_code code;
      if (fs::is_regular_file(layout_.root / below(name + ending), code)) return below(name + ending);
    }
    return {};
  }

  void odd(const std::string& place, std::string what) { oddities_.push_back({(layout_.root / place).string(), std::move(what)}); }

  const VocLayout& layout_;
  const VocFolders& folders_;
  std::vector<Oddity>& oddities_;
  std::unordered_map<std::string, std::string> pictures_;
  std::set<std::string> seen_;
  std::vector<VocRow> rows_;
};

}  // namespace

std::optional<VocLayout> find_voc(const fs::path& path) {
  if (!folder_is_there(path)) return layout_of_list(path);
  if (auto layout = layout_of_folder(path)) return layout;
  return layout_below(path);
}

std::vector<VocRow> list_voc_rows(const VocLayout& layout, const VocFolders& folders, std::vector<Oddity>& oddities) {
  return RowList(layout, folders, oddities).list();
}

bool lists_rows(std::string_view list) {
  const std::string folder = std::string(kLists) + "/";
  return list.starts_with(folder) && list.ends_with(".txt") && list.find('_', folder.size()) == std::string_view::npos;
}

std::string_view name_on_line(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = line.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : line.substr(first, line.find_last_not_of(kBlanks) + 1 - first);
}

namespace {

/// A name without the whole number behind it, "-1" or "2"; the name itself where there is none.
std::string_view without_flag(std::string_view name) {
  const size_t blank = name.find_last_of(" \t");
  if (blank == std::string_view::npos) return name;
  const std::string_view flag = name.substr(blank + 1);
  const std::string_view digits = flag.substr(flag.starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return name;
  return name_on_line(name.substr(0, blank));
}

}  // namespace

std::string lines_of_names(std::string_view text, const std::vector<std::string>& names, bool of_rows) {
  const auto kept = [&](std::string_view name) { return std::ranges::binary_search(names, name, std::less<>()); };
  std::set<std::string_view> listed;
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    begin = end;
    const std::string_view name = name_on_line(line.starts_with("\xef\xbb\xbf") ? line.substr(3) : line);
    const std::string_view bare = without_flag(name);
    const bool wanted = of_rows ? kept(name) && listed.insert(name).second : kept(name) || kept(bare) || kept(without_flag(bare));
    if (wanted) out += line;
  }
  return out;
}

}  // namespace decant::voc
