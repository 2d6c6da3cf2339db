#include "decant/formats/webdataset/shards.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <glob.h>
#include <optional>
#include <set>
#include <string_view>

#include "decant/base/errors.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

constexpr size_t kMaxShards = 60'000;  // each is one memory map; Linux allows a process 65,530

[[noreturn]] void fail(const std::string& spec, std::string what, std::string remedy = "") {
  throw InputError({spec, "", std::move(what), std::move(remedy)});
}

// ---- Braces

size_t matching_brace(const std::string& pattern, size_t open) {
  int depth = 0;
  for (size_t i = open; i < pattern.size(); ++i) {
    depth += pattern[i] == '{' ? 1 : pattern[i] == '}' ? -1 : 0;
    if (depth == 0) return i;
  }
  fail(pattern, "has a { without its }");
}

std::vector<std::string> split_at_commas(const std::string& inside) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : inside) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "000..127", or nothing when it is no range.
std::optional<std::vector<std::string>> range(const std::string& pattern, const std::string& inside) {
  const size_t dots = inside.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const auto first = whole_number(std::string_view(inside).substr(0, dots));
  const auto last = whole_number(std::string_view(inside).substr(dots + 2));
  if (!first || !last) return std::nullopt;
  if (*last < *first || *last - *first >= static_cast<int64_t>(kMaxShards))
    fail(pattern, "the range {" + inside + "} is empty or too long");
  const bool padded = inside[0] == '0' || inside[dots + 2] == '0';
  const size_t width = padded ? std::max(dots, inside.size() - dots - 2) : 0;
  std::vector<std::string> numbers;
  for (int64_t i = *first; i <= *last; ++i) numbers.push_back(fmt::format("{:0{}}", i, width));
  return numbers;
}

void expand(const std::string& whole, const std::string& pattern, std::vector<std::string>& out) {
  const size_t open = pattern.find('{');
  if (open == std::string::npos) {
    if (out.size() == kMaxShards) fail(whole, fmt::format("names more than {} shards", kMaxShards));
    out.push_back(pattern);
    return;
  }
  const size_t close = matching_brace(pattern, open);
  const std::string inside = pattern.substr(open + 1, close - open - 1);
  const auto parts = range(whole, inside).value_or(split_at_commas(inside));
  for (const std::string& part : parts) expand(whole, pattern.substr(0, open) + part + pattern.substr(close + 1), out);
}

// ---- Files

bool is_glob(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_tar(const std::string& name) {
  return lower(name).ends_with(".tar");
}

bool is_packed_tar(const std::string& name) {
  static constexpr std::array<std::string_view, 8> endings = {".tar.gz",  ".tgz",     ".tar.zst", ".tar.xz",
                                                              ".tar.bz2", ".tar.lz4", ".tzst",    ".txz"};
  const std::string text = lower(name);
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found{};
  const int code = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  for (size_t i = 0; code == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  const auto other = [](const std::string& path) { return !is_tar(path) && !is_packed_tar(path); };
  if (!std::all_of(paths.begin(), paths.end(), other)) std::erase_if(paths, other);  // 'dir/*' finds lists and notes, too
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) fail(pattern, "no file has such a name", "Check the path");
  return paths;
}

void refuse_packed(const std::string& path) {
  if (is_packed_tar(path))
    fail(path, "is a compressed archive; samples in it cannot be reached without unpacking all before them",
         "Decompress it to a plain .tar (pictures in it are compressed anyway)");
}

std::vector<std::string> list_names(const fs::path& folder, bool (*wanted)(const std::string&)) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (wanted(it->path().filename().string()) && it->is_regular_file()) names.push_back(it->path().filename().string());
  }
  if (code) throw IoError({folder.string(), "", "cannot read the folder: " + code.message(), ""});
  std::sort(names.begin(), names.end());
  return names;
}

/// All shards of one folder. A compressed one beside them is refused: leaving it out would lose samples in silence.
std::vector<std::string> shards_in(const fs::path& folder) {
  if (const auto packed = list_names(folder, is_packed_tar); !packed.empty()) refuse_packed((folder / packed[0]).string());
  return list_names(folder, is_tar);
}

// ---- Splits

std::optional<Split> split_of_word(const std::string& word) {
  if (word == "train" || word == "training") return Split::train;
  if (word == "val" || word == "valid" || word == "validation") return Split::validation;
  if (word == "test" || word == "testing") return Split::test;
  return std::nullopt;
}

std::optional<Split> split_of_name(const std::string& path) {
  const std::string name = lower(fs::path(path).filename().string());
  std::string word;
  for (const char c : name + ".") {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (const auto split = split_of_word(word)) return split;
    word.clear();
  }
  return std::nullopt;
}

void assign_splits(Shards& shards, const std::vector<std::string>& names) {
  const auto is_train = [](const std::string& name) { return split_of_name(name) == Split::train; };
  if (std::none_of(names.begin(), names.end(), is_train)) {
    shards.names[Split::train] = names;
    return;
  }
  for (const std::string& name : names) {
    if (const auto split = split_of_name(name))
      shards.names[*split].push_back(name);
    else
      shards.oddities.push_back({(shards.base / name).string(), "is named after no split, while others are, and is left out"});
  }
}

/// Paths of all shards at any depth, relative to `folder`. Links to folders are not followed.
std::vector<std::string> shards_below(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (!it->is_regular_file()) continue;
    refuse_packed(it->path().string());
    if (is_tar(it->path().string())) names.push_back(it->path().lexically_relative(folder).string());
  }
  if (code) throw IoError({folder.string(), "", "cannot read the folder: " + code.message(), ""});
  std::sort(names.begin(), names.end());
  return names;
}

Shards from_folder(const fs::path& folder) {
  Shards shards{.base = folder};
  if (const auto names = shards_in(folder); !names.empty()) {
    assign_splits(shards, names);
  } else if (!fs::is_directory(folder / "train")) {
    assign_splits(shards, shards_below(folder));
  } else {
    for (const char* name : {"train", "val", "valid", "validation", "test"}) {
      if (!fs::is_directory(folder / name)) continue;
      for (const std::string& shard : shards_below(folder / name)) shards.names[*split_of_word(name)].push_back(name + ("/" + shard));
    }
  }
  if (shards.names[Split::train].empty())
    fail(folder.string(), "holds no .tar files to train on", "Name the shards, as in 'shards/{000..127}.tar'");
  return shards;
}

/// The longest folder that all paths start with, so that names are as short as can be and still differ.
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

std::vector<std::string> expand_braces(const std::string& pattern) {
  std::vector<std::string> out;
  expand(pattern, pattern, out);
  return out;
}

Shards find_shards(const std::string& spec) {
  if (spec.starts_with("pipe:") || spec.find("://") != std::string::npos)
    fail(spec, "is not on this machine; decant reads files", "Fetch the shards first");
  if (fs::is_directory(spec)) return from_folder(spec);
  if (fs::exists(spec)) return from_paths(spec, {spec});
  std::vector<std::string> paths;
  for (const std::string& path : expand_braces(spec)) {
    if (!is_glob(path) || fs::exists(path))
      paths.push_back(path);
    else
      for (std::string& found : expand_glob(path)) paths.push_back(std::move(found));
  }
  return from_paths(spec, paths);
}

bool looks_like_shards(const std::string& spec) {
  if (!fs::is_directory(spec)) return is_tar(spec) || is_packed_tar(spec);
  const auto holds_shards = [](const fs::path& folder) {
    return !list_names(folder, is_tar).empty() || !list_names(folder, is_packed_tar).empty();
  };
  return holds_shards(spec) || (fs::is_directory(fs::path(spec) / "train") && holds_shards(fs::path(spec) / "train"));
}

bool has_shards_below(const fs::path& folder) {
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    if (is_tar(it->path().string()) || is_packed_tar(it->path().string())) return true;
  }
  return false;
}

}  // namespace decant
