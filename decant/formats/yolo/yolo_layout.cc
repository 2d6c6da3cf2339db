#include "decant/formats/yolo/yolo_layout.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <fstream>
#include <set>
#include <unordered_set>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/split_name.h"
#include "decant/formats/yolo/label_lines.h"

namespace decant::yolo {
namespace fs = std::filesystem;

namespace {

constexpr size_t kMostYamls = 16;       // of one folder that are looked into
constexpr int kMostLabels = 16;         // of one folder that are looked into
constexpr size_t kMostNames = 1 << 24;  // bytes of a file of names
constexpr const char* kImages = "images";
constexpr const char* kLabels = "labels";

bool is_plain_folder(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

bool is_plain_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

std::string head_of_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(4096, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(std::max<std::streamsize>(0, in.gcount())));
  return start;
}

/// Whether one of the first files is a label; one of the files that `next_to` says has its picture.
bool holds_labels(const fs::path& folder, bool beside_pictures, int levels = 2) {
  int seen = 0;
  std::error_code code;
  std::vector<fs::path> below;
  for (fs::directory_iterator it(folder, code), end; !code && it != end && seen < kMostLabels; it.increment(code)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      below.push_back(it->path());
    } else if (it->path().extension() == ".txt" && it->is_regular_file(ignored)) {
      const auto has_picture = [&] {
        return std::ranges::any_of(std::array{".jpg", ".jpeg", ".png", ".JPG"},
                                   [&](const char* ending) { return is_plain_file(fs::path(it->path()).replace_extension(ending)); });
      };
      ++seen;
      if (looks_like_label(head_of_text(it->path())) && (!beside_pictures || has_picture())) return true;
    }
  }
  if (levels == 0 || below.size() > 64) return false;
  return std::ranges::any_of(below, [&](const fs::path& each) { return holds_labels(each, beside_pictures, levels - 1); });
}

// ---- Which set is it?

/// The yaml that describes a folder: data.yaml, else the first that looks like one.
std::vector<fs::path> yamls_in(const fs::path& folder) {
  std::vector<fs::path> found;
  if (looks_like_data_yaml(folder / "data.yaml")) found.push_back(folder / "data.yaml");
  size_t looked_at = 0;
  for (const std::string& name : files_in(folder)) {
    const bool yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    if (!yaml || name == "data.yaml" || looked_at++ >= kMostYamls) continue;
    if (looks_like_data_yaml(folder / name)) found.push_back(folder / name);
  }
  return found;
}

/// Folders of pictures by split, as they are usually called.
std::map<Split, std::vector<std::string>> usual_splits(const fs::path& folder) {
  std::map<Split, std::vector<std::string>> splits;
  const auto add = [&](const std::string& name, const std::string& path) {
    if (const auto split = meant_split(name); split && splits[*split].empty()) splits[*split] = {path};
  };
  if (is_plain_folder(folder / kImages) && holds_labels(folder / kLabels, false)) {
    for (const std::string& name : folders_in(folder / kImages)) add(name, std::string(kImages) + "/" + name);
    if (!splits.contains(Split::train)) return {{Split::train, {kImages}}};
    return splits;
  }
  const std::vector<std::string> folders = folders_in(folder);
  for (const std::string& name : folders) {
    if (is_plain_folder(folder / name / kImages) && holds_labels(folder / name / kLabels, false)) add(name, name + "/" + kImages);
  }
  if (splits.size() == 1 && !splits.contains(Split::train)) return {{Split::train, splits.begin()->second}};
  return splits;
}

/// Names of classes, one per line.
std::optional<fs::path> names_file(const fs::path& folder) {
  for (const char* name : {"classes.txt", "obj.names", "labels/classes.txt", "labels/train/classes.txt", "train/labels/classes.txt"}) {
    if (is_plain_file(folder / name)) return name;
  }
  for (const std::string& name : files_in(folder)) {
    if (name.ends_with(".names")) return name;
  }
  return std::nullopt;
}

std::vector<std::string> read_names(const fs::path& file) {
  std::error_code code;
  if (fs::file_size(file, code) > kMostNames) throw InputError({file.string(), "", "is too large to be a list of classes", "Check it"});
  const std::string text = read_text(file);
  std::vector<std::string> names;
  size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = std::string_view(text).substr(begin, end - begin);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    names.emplace_back(line);
    begin = end + 1;
  }
  while (!names.empty() && names.back().empty()) names.pop_back();
  return names;
}

std::optional<YoloSource> without_yaml(const fs::path& folder) {
  YoloSource source{.folder = folder};
  source.set.splits = usual_splits(folder);
  const std::optional<fs::path> names = names_file(folder);
  if (source.set.splits.empty() && names && holds_labels(folder, true, 1)) source.set.splits[Split::train] = {"."};
  if (!source.set.splits.contains(Split::train)) return std::nullopt;
  if (names) {
    source.names = *names;
    source.set.classes = read_names(folder / *names);
  }
  return source;
}

}  // namespace

std::optional<YoloSource> find_yolo(const fs::path& path) {
  if (!is_plain_folder(path)) {
    if (!looks_like_data_yaml(path)) return std::nullopt;
    return YoloSource{.yaml = path, .folder = path.parent_path(), .set = read_data_yaml(path)};
  }
  const std::vector<fs::path> yamls = yamls_in(path);
  if (yamls.empty()) return without_yaml(path);
  YoloSource source{.yaml = yamls.front(), .folder = path, .set = read_data_yaml(yamls.front())};
  for (size_t i = 1; i < yamls.size(); ++i)
    source.oddities.push_back({yamls[i].string(), "describes a set, too, and is not read; give it by name to read it"});
  return source;
}

bool looks_like_yolo_set(const fs::path& path) {
  if (!is_plain_folder(path)) return looks_like_data_yaml(path);
  if (!yamls_in(path).empty()) return true;
  return !usual_splits(path).empty() || (names_file(path) && holds_labels(path, true, 1));
}

std::string label_of_picture(std::string_view picture) {
  std::string path = "/" + std::string(picture);
  constexpr std::string_view kFolder = "/images/";
  if (const size_t at = path.rfind(kFolder); at != std::string::npos) path.replace(at, kFolder.size(), "/labels/");
  const size_t dot = path.rfind('.');
  const size_t name = path.rfind('/') + 1;
  if (dot != std::string::npos && dot >= name) path.resize(dot);
  return path.substr(1) + ".txt";
}

namespace {

// ---- Which pictures are in a split?

/// Whether ultralytics lists a file of that name, of those that torchvision would.
bool is_listed(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);
  std::string ending(name.substr(std::min(name.rfind('.'), name.size())));
  std::ranges::transform(ending, ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ending != ".ppm" && ending != ".pgm" && !key.starts_with('.') && key.find("/.") == std::string_view::npos;
}

struct Named {
  std::string path;  ///< whole, normal
  std::string fault;
};

class Listing {
 public:
  Listing(const YoloSource& source, const Context& context)
      : context_(context), file_(source.yaml.empty() ? source.folder : source.yaml), roots_(roots_of(source)) {}

  YoloPictures list(const std::vector<std::string>& entries) {
    std::vector<fs::path> folders;
    for (const std::string& entry : entries) {
      const fs::path found = resolved(entry);
      pictures_.resolved.push_back(whole(found));
      if (is_plain_folder(found)) {
        folders.push_back(found);
        list_folder_below(found);
      } else {
        pictures_.lists.push_back(found);
        read_list(found);
      }
    }
    set_keys(folders);
    return std::move(pictures_);
  }

  /// Folders that an entry's pictures are in: that folder, or those of a list's lines.
  std::set<fs::path> folders_of_entry(const std::string& entry) {
    const fs::path found = resolved(entry);
    if (is_plain_folder(found)) return {found};
    std::set<fs::path> folders;
    named_.clear();
    read_list(found);
    for (const Named& named : named_) {
      if (named.fault.empty()) folders.insert(fs::path(named.path).parent_path());
    }
    return folders;
  }

 private:
  /// Where relative paths may begin, the likeliest first.
  static std::vector<fs::path> roots_of(const YoloSource& source) {
    const fs::path folder = source.folder.empty() ? fs::path(".") : source.folder;
    if (source.set.path.empty()) return {folder};
    std::vector<fs::path> roots = {folder / source.set.path};  // of an absolute path, that path
    if (fs::path(source.set.path).is_relative()) roots.push_back(source.set.path);
    roots.push_back(folder);
    return roots;
  }

  fs::path resolved(const std::string& entry) {
    std::vector<std::string> tried;
    for (const fs::path& root : roots_) {
      std::vector<fs::path> candidates = {root / entry};
      if (entry.starts_with("../")) candidates.push_back(root / entry.substr(3));  // as ultralytics reads what Roboflow writes
      for (fs::path& candidate : candidates) {
        candidate = candidate.lexically_normal();
        if (candidate.has_relative_path() && !candidate.has_filename()) candidate = candidate.parent_path();
        if (candidate.empty()) candidate = ".";
        if (is_plain_folder(candidate) || is_plain_file(candidate)) {
          if (root_.empty()) root_ = root.lexically_normal();
          return candidate;
        }
        tried.push_back(candidate.string());
      }
    }
    throw InputError({file_.string(), "",
                      fmt::format("'{}' is not there: {} {} looked for", entry, fmt::join(tried, ", "), tried.size() == 1 ? "was" : "were"),
                      "Correct the path, or 'path', which it is relative to"});
  }

  void list_folder_below(const fs::path& folder) {
    const PictureList list = list_pictures(folder, "", kNoLabel, context_);
    for (int64_t i = 0; i < list.size(); ++i) {
      const std::string key = list.key(i);
      if (!is_listed(key)) continue;
      const std::string* const fault = list.fault(i);
      named_.push_back({join(folder, key), fault == nullptr ? "" : *fault});
    }
  }

  static std::string join(const fs::path& folder, const std::string& key) { return folder == "." ? key : (folder / key).string(); }

  void read_list(const fs::path& file) {
    const std::string text = read_text(file);
    size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    while (begin < text.size()) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      std::string line = text.substr(begin, end - begin);
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.pop_back();
      if (!line.empty()) named_.push_back(picture_of_line(line, file.parent_path()));
      begin = end + 1;
    }
  }

  /// "./x" is relative to the list; any other relative path to the list, the root or the working
  /// folder, whichever has it.
  Named picture_of_line(const std::string& line, const fs::path& folder) const {
    if (line.find('\0') != std::string::npos) return {printable_name(line), "its line in the list has a NUL byte"};
    if (fs::path(line).is_absolute()) return {fs::path(line).lexically_normal().string(), ""};
    std::vector<fs::path> candidates = {folder / line};
    if (!line.starts_with("./")) {
      for (const fs::path& root : roots_) candidates.push_back(root / line);
      candidates.emplace_back(line);
    }
    for (const fs::path& candidate : candidates) {
      if (is_plain_file(candidate)) return {candidate.lexically_normal().string(), ""};
    }
    return {candidates.front().lexically_normal().string(), ""};
  }

  static std::string printable_name(std::string text) {
    std::ranges::replace(text, '\0', '?');
    return text;
  }

  /// The keys are paths below the root, where all pictures are; else below the folder that they
  /// share, but not inside one that is called images.
  void set_keys(const std::vector<fs::path>& folders) {
    std::string base = root_ == "." || root_.empty() ? "" : with_slash(root_.string());
    const auto outside = [&](const std::string& path) { return !path.starts_with(base) || (base.empty() && leaves(path)); };
    const bool all_below = !std::ranges::any_of(named_, outside, &Named::path);
    if (!all_below) {
      for (Named& named : named_) named.path = whole(named.path);
      base = shared_folder();
    }
    std::ranges::sort(named_, [](const Named& a, const Named& b) { return python_less(a.path, b.path); });
    pictures_.base = base.empty() ? fs::path(".") : fs::path(base);
    for (const fs::path& folder : folders) {
      const std::string path = with_slash(all_below ? folder.string() : whole(folder));
      pictures_.folders.push_back(path == base || folder == "." ? "" : path.substr(base.size(), path.size() - base.size() - 1));
    }
    std::unordered_set<std::string_view> seen;
    pictures_.pictures.reserve(named_.size());
    for (Named& named : named_) {
      YoloPicture picture{named.path.substr(base.size()), named.fault};
      if (!is_safe_relative(picture.key)) picture.fault = "its path in the list leads nowhere";
      if (!seen.insert(named.path).second) picture.fault = "is listed a second time";
      pictures_.pictures.push_back(std::move(picture));
    }
  }

  static std::string whole(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }
  static bool leaves(const std::string& path) { return path.starts_with("/") || path.starts_with("../"); }
  static std::string with_slash(std::string path) { return path.ends_with('/') ? path : path + "/"; }

  std::string shared_folder() const {
    std::string shared = named_.front().path.substr(0, named_.front().path.rfind('/') + 1);
    for (const Named& named : named_) {
      const auto differ = std::ranges::mismatch(shared, named.path);
      shared.resize(static_cast<size_t>(differ.in1 - shared.begin()));
      shared.resize(shared.rfind('/') + 1);
    }
    if (const size_t images = ("/" + shared).rfind("/images/"); images != std::string::npos) shared.resize(images);
    return shared;
  }

  const Context& context_;
  fs::path file_;
  std::vector<fs::path> roots_;
  fs::path root_;
  YoloPictures pictures_;
  std::vector<Named> named_;
};

}  // namespace

YoloPictures list_yolo_pictures(const YoloSource& source, Split split, const Context& context) {
  return Listing(source, context).list(source.set.splits.at(split));
}

std::vector<fs::path> folders_of_source(const YoloSource& source) {
  std::set<fs::path> found;
  for (const auto& [split, entries] : source.set.splits) {
    for (const std::string& entry : entries) {
      try {
        found.merge(Listing(source, {}).folders_of_entry(entry));
      } catch (const InputError&) {  // whoever opens the set says so
      }
    }
  }
  std::set<fs::path> labels;
  for (const fs::path& folder : found) {
    const std::string picture = (fs::absolute(folder).lexically_normal() / "x").string();
    labels.insert(fs::path("/" + label_of_picture(picture.substr(1))).parent_path());
  }
  found.merge(labels);
  std::erase_if(found, [](const fs::path& folder) { return !is_plain_folder(folder.empty() ? "." : folder); });
  return {found.begin(), found.end()};
}

std::map<std::string, std::string> unnamed_splits(const YoloSource& source) {
  std::map<std::string, std::string> unnamed;
  if (source.yaml.empty()) return unnamed;
  const fs::path folder = source.folder.empty() ? fs::path(".") : source.folder;
  for (const auto& [split, entries] : usual_splits(folder)) {
    if (!source.set.splits.contains(split)) unnamed.emplace(yaml_key_of(split), entries.front());
  }
  if (unnamed.empty()) return unnamed;
  for (const fs::path& named : folders_of_source(source)) {
    std::erase_if(unnamed, [&](const auto& each) {
      std::error_code code;
      return fs::equivalent(folder / each.second, named, code);
    });
  }
  return unnamed;
}

}  // namespace decant::yolo
