#include "decant/formats/webdataset/shards.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/name_pattern.h"
#include "decant/formats/folder_names.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& spec, std::string what, std::string remedy = "") {
  throw InputError({spec, "", std::move(what), std::move(remedy)});
}

// ---- Files

std::string lowercase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_tar(const std::string& name) {
  return lowercase(name).ends_with(".tar");
}

bool is_packed_tar(const std::string& name) {
  static constexpr std::array<std::string_view, 8> endings = {".tar.gz",  ".tgz",     ".tar.zst", ".tar.xz",
                                                              ".tar.bz2", ".tar.lz4", ".tzst",    ".txz"};
  const std::string text = lowercase(name);
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

/// The files of a glob: the archives among them, if there are any, since 'dir/*' finds lists and
/// notes too.
std::vector<std::string> archives_of(const std::string& pattern) {
  std::vector<std::string> paths = files_like(pattern);
  const auto other = [](const std::string& path) { return !is_tar(path) && !is_packed_tar(path); };
  if (!std::all_of(paths.begin(), paths.end(), other)) std::erase_if(paths, other);
  return paths;
}

void refuse_packed(const std::string& path) {
  if (is_packed_tar(path))
    fail(path, "is a compressed archive; its samples cannot be read without unpacking all before them",
         "Unpack a data set of folders or of other files, tar -xf FILE -C FOLDER, and give the folder; of WebDataset shards, make plain "
         ".tar "
         "files");
}

/// Throws IoError where nobody can tell, as for a link to itself: it may be a shard.
bool entry_is_file(const fs::directory_entry& entry) {
  std::error_code code;
  const bool file = entry.is_regular_file(code);
  if (code) throw IoError({entry.path().string(), "", "cannot be opened: " + code.message(), "Remove it, or mend what it links to"});
  return file;
}

std::vector<std::string> list_names(const fs::path& folder, bool (*wanted)(const std::string&)) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (wanted(it->path().filename().string()) && entry_is_file(*it)) names.push_back(it->path().filename().string());
  }
  if (code) throw IoError({folder.string(), "", "cannot read the folder: " + code.message(), ""});
  std::sort(names.begin(), names.end());
  return names;
}

/// All shards of one folder. A compressed one next to them is an error: skipping it would silently
/// lose samples.
std::vector<std::string> shards_in(const fs::path& folder) {
  if (const auto packed = list_names(folder, is_packed_tar); !packed.empty()) refuse_packed((folder / packed[0]).string());
  return list_names(folder, is_tar);
}

// ---- Splits

std::optional<Split> split_of_name(const std::string& path) {
  return split_in_name(fs::path(path).filename().string());
}

/// Folders that are named as splits, while it is the names of shards that are read.
void note_split_folders(Shards& shards, const std::vector<std::string>& names) {
  std::vector<std::string> folders;
  for (const std::string& name : names) {
    for (const fs::path& part : fs::path(name).parent_path()) {
      if (std::ranges::find(folders, part.string()) == folders.end()) folders.push_back(part.string());
    }
  }
  const auto both = meant_splits(folders);
  if (!both) return;
  shards.oddities.push_back(
      {shards.base.string(),
       fmt::format("the shards below '{}' and '{}' are all read as training shards. Give those of one folder as the data "
                   "set, or rename the folders train and test and give the folder that holds them",
                   both->train, both->test),
       true});
}

void assign_splits(Shards& shards, const std::vector<std::string>& names) {
  const auto is_train = [](const std::string& name) { return split_of_name(name) == Split::train; };
  if (std::none_of(names.begin(), names.end(), is_train)) {
    shards.names[Split::train] = names;
    note_split_folders(shards, names);
    return;
  }
  for (const std::string& name : names) {
    if (const auto split = split_of_name(name))
      shards.names[*split].push_back(name);
    else
      shards.oddities.push_back({(shards.base / name).string(), "is not named after a split, although others are, and is ignored"});
  }
}

/// Paths of all shards at any depth, relative to `folder`. Links to folders are not followed.
std::vector<std::string> shards_below(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (!entry_is_file(*it)) continue;
    refuse_packed(it->path().string());
    if (is_tar(it->path().string())) names.push_back(it->path().lexically_relative(folder).string());
  }
  if (code) throw IoError({folder.string(), "", "cannot read the folder: " + code.message(), ""});
  std::sort(names.begin(), names.end());
  return names;
}

/// Folders that are splits: those with the plain names, of which val/ and valid/ may be next to
/// each other; else the first that means the split.
std::map<Split, std::vector<std::string>> split_folders(const fs::path& folder) {
  std::map<Split, std::vector<std::string>> splits;
  for (const char* name : {"train", "val", "valid", "validation", "test"}) {
    if (fs::is_directory(folder / name)) splits[*split_of_word(name)].push_back(name);
  }
  for (const std::string& name : folders_in(folder)) {
    const auto split = meant_split(name);
    if (split && splits[*split].empty()) splits[*split] = {name};
  }
  std::erase_if(splits, [](const auto& each) { return each.second.empty(); });
  return splits;
}

Shards from_folder(const fs::path& folder) {
  Shards shards{.base = folder};
  if (const auto names = shards_in(folder); !names.empty()) {
    assign_splits(shards, names);
  } else if (const auto splits = split_folders(folder); !splits.contains(Split::train)) {
    assign_splits(shards, shards_below(folder));
  } else {
    for (const auto& [split, below] : splits) {
      for (const std::string& name : below) {
        for (const std::string& shard : shards_below(folder / name)) shards.names[split].push_back(name + "/" + shard);
      }
    }
  }
  if (shards.names[Split::train].empty()) fail(folder.string(), "holds no .tar files", "List the shards, as in 'shards/{000..127}.tar'");
  return shards;
}

/// The longest folder that all paths start with, so that names are as short as can be and still
/// differ.
fs::path common_folder(const std::vector<std::string>& paths) {
  fs::path common = fs::path(paths[0]).parent_path();
  for (const std::string& path : paths) {
    while (!common.empty() && !(common == "/" || path.starts_with(common.string() + "/"))) {
      common = common.parent_path();
    }
  }
  return common;
}

Shards from_paths(const std::string& spec, const std::vector<std::string>& paths) {
  Shards shards{.base = common_folder(paths)};
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const std::string& path : paths) {
    refuse_packed(path);
    if (!fs::exists(path))
      fail(path, paths.size() == 1 ? "no such file" : fmt::format("is missing; '{}' names {} shards", spec, paths.size()),
           "Check the path");
    if (!fs::is_regular_file(path)) fail(path, "is not a file");
    if (!seen.insert(path).second) fail(spec, "names " + path + " twice");
    const std::string base = shards.base.string();
    names.push_back(path.substr(base.empty() ? 0 : base == "/" ? 1 : base.size() + 1));
  }
  if (names.size() == 1)
    shards.names[Split::train] = names;
  else
    assign_splits(shards, names);
  return shards;
}

}  // namespace

Shards find_shards(const std::string& spec) {
  if (spec.starts_with("pipe:") || spec.find("://") != std::string::npos)
    fail(spec, "is remote; decant reads local files", "Download the shards first");
  if (fs::is_directory(spec)) return from_folder(spec);
  if (fs::exists(spec)) return from_paths(spec, {spec});
  std::vector<std::string> paths;
  for (const std::string& path : expand_braces(spec)) {
    if (!has_wildcard(path) || fs::exists(path))
      paths.push_back(path);
    else
      for (std::string& found : archives_of(path)) paths.push_back(std::move(found));
  }
  return from_paths(spec, paths);
}

bool looks_like_shards(const std::string& spec) {
  if (!fs::is_directory(spec)) return is_tar(spec) || is_packed_tar(spec);
  const auto holds_shards = [](const fs::path& folder) {
    return !list_names(folder, is_tar).empty() || !list_names(folder, is_packed_tar).empty();
  };
  if (holds_shards(spec)) return true;
  const auto splits = split_folders(spec);
  const auto train = splits.find(Split::train);
  return train != splits.end() && holds_shards(fs::path(spec) / train->second.front());
}

bool has_shards_below(const fs::path& folder) {
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, code), end; !code && it != end;
       it.increment(code)) {
    if (is_tar(it->path().string()) || is_packed_tar(it->path().string())) return true;
  }
  return false;
}

}  // namespace decant
