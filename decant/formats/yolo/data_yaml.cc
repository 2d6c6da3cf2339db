#include "decant/formats/yolo/data_yaml.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/core.h>
#include <fstream>
#include <optional>
#include <set>
#include <yaml-cpp/yaml.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::yolo {
namespace fs = std::filesystem;

namespace {

constexpr size_t kMostBytes = 64'000'000;
constexpr size_t kStart = 1 << 20;  // bytes by which a file is recognised
constexpr int64_t kMostClasses = 100'000;

struct SplitKey {
  std::string_view key;
  Split split;
};
constexpr std::array<SplitKey, 7> kSplitKeys = {{{"train", Split::train},
                                                 {"training", Split::train},
                                                 {"val", Split::validation},
                                                 {"valid", Split::validation},
                                                 {"validation", Split::validation},
                                                 {"test", Split::test},
                                                 {"testing", Split::test}}};
constexpr std::array<std::string_view, 5> kOtherKeys = {"path", "download", "names", "nc", "kpt_shape"};

std::optional<Split> split_of_key(std::string_view key) {
  const auto* const found = std::ranges::find(kSplitKeys, key, &SplitKey::key);
  return found == kSplitKeys.end() ? std::nullopt : std::optional(found->split);
}

bool matters(std::string_view key) {
  return split_of_key(key) || std::ranges::find(kOtherKeys, key) != kOtherKeys.end();
}

std::optional<int64_t> yaml_number(const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  return std::from_chars(text.data(), end, number) == std::from_chars_result{end, std::errc()} ? std::optional(number) : std::nullopt;
}

YAML::Node parsed(const std::string& text, const std::string& name) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.line >= 0 ? "line " + std::to_string(error.mark.line + 1) : "";
    throw InputError({name, line, "is no YAML: " + error.msg, "Repair the file"});
  }
}

/// YAML's third way to end a line, which yaml-cpp does not know.
void end_lines_alike(std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) text[i] = '\n';
  }
}

class YamlReading {
 public:
  explicit YamlReading(const fs::path& file) : name_(file.string()) {}

  DataYaml read(std::string text) {
    end_lines_alike(text);
    yaml_.text = std::move(text);
    const YAML::Node root = parsed(yaml_.text, name_);
    if (!root.IsMap()) fail(root, "is not a mapping of keys to values");
    std::set<std::string> seen;
    for (const auto& entry : root) {
      if (!entry.first.IsScalar() || !matters(entry.first.Scalar())) continue;
      if (!seen.insert(entry.first.Scalar()).second) fail(entry.first, "has the key '" + entry.first.Scalar() + "' twice");
      take(entry.first.Scalar(), entry.second);
    }
    settle_classes();
    return std::move(yaml_);
  }

 private:
  [[noreturn]] void fail(const YAML::Node& where, const std::string& what) const {
    const int line = where.Mark().line;
    throw InputError({name_, line >= 0 ? "line " + std::to_string(line + 1) : "", what, "See docs/formats/yolo.md for what it holds"});
  }

  void take(const std::string& key, const YAML::Node& value) {
    if (value.IsNull()) return;
    if (const auto split = split_of_key(key)) return take_split(key, *split, value);
    if (key == "path") yaml_.path = text_of(value, "'path' is not a folder");
    if (key == "nc") stated_ = number_of(value, "'nc' is not a number of classes");
    if (key == "names") take_names(value);
    if (key == "kpt_shape") take_keypoints(value);
  }

  std::string text_of(const YAML::Node& value, const std::string& fault) const {
    if (!value.IsScalar()) fail(value, fault);
    if (value.Scalar().find('\0') != std::string::npos) fail(value, "has a NUL byte");
    return value.Scalar();
  }

  int64_t number_of(const YAML::Node& value, const std::string& fault) const {
    const auto number = value.IsScalar() ? yaml_number(value.Scalar()) : std::nullopt;
    if (!number || *number < 0 || *number > kMostClasses) fail(value, fault);
    return *number;
  }

  void take_split(const std::string& key, Split split, const YAML::Node& value) {
    const std::string fault = fmt::format("'{}' is neither a path nor a list of paths", key);
    std::vector<std::string>& paths = yaml_.splits[split];
    if (!paths.empty()) fail(value, fmt::format("names the {} split a second time, by '{}'", name_of(split), key));
    if (!value.IsSequence()) return paths.push_back(text_of(value, fault));
    for (const YAML::Node& entry : value) paths.push_back(text_of(entry, fault));
    if (paths.empty()) yaml_.splits.erase(split);
  }

  void take_names(const YAML::Node& value) {
    if (value.IsSequence()) {
      for (const YAML::Node& entry : value) yaml_.classes.push_back(text_of(entry, "a name of a class is not a text"));
    } else if (value.IsMap()) {
      std::map<int64_t, std::string> names;
      for (const auto& entry : value) {
        const int64_t number = number_of(entry.first, "a class is not numbered from 0");
        if (!names.emplace(number, text_of(entry.second, "a name of a class is not a text")).second)
          fail(entry.first, fmt::format("names class {} twice", number));
      }
      spread(names);
    } else {
      fail(value, "'names' is neither a list of names nor a mapping of numbers to names");
    }
  }

  /// Classes without a name in between are called by their numbers.
  void spread(const std::map<int64_t, std::string>& names) {
    const int64_t count = names.empty() ? 0 : names.rbegin()->first + 1;
    for (int64_t i = 0; i < count; ++i) yaml_.classes.push_back(std::to_string(i));
    for (const auto& [number, name] : names) yaml_.classes[static_cast<size_t>(number)] = name;
    const int64_t unnamed = count - std::ssize(names);
    if (unnamed > 0)
      yaml_.notes.push_back(
          fmt::format("'names' has no name for {} of the classes 0 to {}, which are called by their numbers; "
                      "ultralytics refuses such a file",
                      unnamed, count - 1));
  }

  void take_keypoints(const YAML::Node& value) {
    constexpr int64_t kMostPoints = 10'000;
    const bool pair = value.IsSequence() && value.size() == 2;
    const int64_t points = pair ? number_of(value[0], "'kpt_shape' does not begin with a number of points") : 0;
    const int64_t numbers = pair ? number_of(value[1], "'kpt_shape' does not end with 2 or 3") : 0;
    if (!pair || points < 1 || points > kMostPoints || (numbers != 2 && numbers != 3))
      fail(value, "'kpt_shape' is not [number of points, 2 or 3]");
    yaml_.keypoints = points;
    yaml_.numbers_per_point = numbers;
  }

  void settle_classes() {
    const int64_t named = std::ssize(yaml_.classes);
    if (stated_ >= 0 && named > 0 && stated_ != named)
      yaml_.notes.push_back(fmt::format("'nc' says {} classes and 'names' lists {}; ultralytics refuses such a file", stated_, named));
    for (int64_t i = named; i < stated_; ++i) yaml_.classes.push_back(std::to_string(i));
  }

  std::string name_;
  DataYaml yaml_;
  int64_t stated_ = -1;
};

// ---- Writing: lines of keys are replaced

/// Where each line begins, and the end of the text.
std::vector<size_t> line_starts(std::string_view text) {
  std::vector<size_t> starts = {0};
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts.push_back(at + 1);
  if (starts.back() != text.size()) starts.push_back(text.size());
  return starts;
}

bool is_blank_or_remark(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line.front() == '#';
}

/// Behind the quoted text that begins at `at`; the end of the line where it goes on.
size_t behind_quotes(std::string_view line, size_t at) {
  const char quote = line[at];
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\' && quote == '"') {
      ++at;
    } else if (line[at] == quote) {
      if (quote == '"' || at + 1 >= line.size() || line[at + 1] != quote) return at + 1;
      ++at;  // two of them are one in the text
    }
  }
  return line.size();
}

/// The comment behind the value that begins at `at`, with the spaces before it; empty where there
/// is none. A quote begins a quoted text only where a value may begin: in it's it does not.
std::string_view remark_in(std::string_view line, size_t at) {
  const bool flow = at < line.size() && (line[at] == '[' || line[at] == '{');
  bool may_begin = true;
  const auto blank = [&](size_t i) { return line[i] == ' ' || line[i] == '\t'; };
  for (size_t i = at; i < line.size();) {
    if (may_begin && (line[i] == '"' || line[i] == '\'')) {
      i = behind_quotes(line, i);
      may_begin = false;
      continue;
    }
    if (line[i] == '#' && i > 0 && blank(i - 1)) {
      while (i > 0 && blank(i - 1)) --i;
      return line.substr(i, line.find_last_not_of("\r\n") + 1 - i);
    }
    if (!blank(i)) may_begin = flow && std::string_view("[{,:").find(line[i]) != std::string_view::npos;
    ++i;
  }
  return {};
}

/// As YAML reads it back.
std::string scalar_text(const std::string& value) {
  const bool plain =
      !value.empty() && std::isalnum(static_cast<unsigned char>(value.front())) != 0 && std::ranges::all_of(value, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '_' || c == '-';
      });
  const bool number = value.find_first_not_of("0123456789.-eE_") == std::string::npos;
  if ((plain && !number) || (value.starts_with('/') && scalar_text(value.substr(1)) == value.substr(1))) return value;
  YAML::Emitter out;
  out << YAML::DoubleQuoted << value;
  return out.c_str();
}

std::string values_text(const std::vector<std::string>& values) {
  if (values.size() == 1) return scalar_text(values.front());
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : ", ") + scalar_text(values[i]);
  return text + "]";
}

/// What is to become of a key: nothing, or other values.
struct Change {
  bool drop = false;
  const std::vector<std::string>* values = nullptr;
};

Change change_of(const std::string& key, const std::map<Split, std::vector<std::string>>& values) {
  if (key == "path" || key == "download") return {.drop = true};
  const auto split = split_of_key(key);
  const auto found = split ? values.find(*split) : values.end();
  return found == values.end() ? Change() : Change{.values = &found->second};
}

std::string edited_lines(const std::string& text, const YAML::Node& root, const std::map<Split, std::vector<std::string>>& values) {
  const std::vector<size_t> starts = line_starts(text);
  const auto line_at = [&](size_t line) { return std::string_view(text).substr(starts[line], starts[line + 1] - starts[line]); };
  const size_t lines = starts.size() - 1;
  std::set<size_t> begins = {lines};
  for (const auto& entry : root) begins.insert(std::min(lines, static_cast<size_t>(std::max(0, entry.first.Mark().line))));
  std::string out;
  size_t copied = 0;  // line
  for (const auto& entry : root) {
    const Change change = entry.first.IsScalar() ? change_of(entry.first.Scalar(), values) : Change();
    if (!change.drop && change.values == nullptr) continue;
    const auto begin = static_cast<size_t>(std::max(0, entry.first.Mark().line));
    if (begin < copied || begin >= lines) return {};
    size_t end = *begins.upper_bound(begin);
    while (end > begin + 1 && is_blank_or_remark(line_at(end - 1))) --end;
    out.append(text, starts[copied], starts[begin] - starts[copied]);
    copied = end;
    if (change.drop) continue;
    const std::string_view line = line_at(begin);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    const size_t value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    const bool windows = line.ends_with("\r\n");
    out.append(line.substr(0, colon + 1)).append(" ").append(values_text(*change.values));
    if (end == begin + 1) out.append(remark_in(line, value));
    out.append(windows ? "\r\n" : "\n");
  }
  return out.append(text, starts[copied]);
}

/// Whether a text says what was to be written, and nothing of the rest was lost.
bool says(const std::string& text, const DataYaml& source, const std::map<Split, std::vector<std::string>>& values) {
  try {
    DataYaml expected = source;
    for (const auto& [split, paths] : values) {
      if (const auto found = expected.splits.find(split); found != expected.splits.end()) found->second = paths;
    }
    const YAML::Node root = YAML::Load(text);
    const DataYaml found = YamlReading("").read(text);
    return !root["download"] && found.path.empty() && found.splits == expected.splits && found.classes == expected.classes &&
           found.keypoints == expected.keypoints && found.numbers_per_point == expected.numbers_per_point;
  } catch (const YAML::Exception&) {
    return false;
  } catch (const InputError&) {
    return false;
  }
}

/// As a node stands: what was between quotes stays a text, so that 'no' and '007' do.
void emit(YAML::Emitter& out, const YAML::Node& node) {
  if (node.IsSequence()) {
    out << (node.Style() == YAML::EmitterStyle::Flow ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& each : node) emit(out, each);
    out << YAML::EndSeq;
  } else if (node.IsMap()) {
    out << (node.Style() == YAML::EmitterStyle::Flow ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& entry : node) {
      out << YAML::Key;
      emit(out, entry.first);
      out << YAML::Value;
      emit(out, entry.second);
    }
    out << YAML::EndMap;
  } else if (node.IsNull()) {
    out << YAML::Null;
  } else if (node.Tag() == "!") {
    out << YAML::DoubleQuoted << node.Scalar();
  } else {
    out << node.Scalar();
  }
}

std::string emitted(const YAML::Node& root, const std::map<Split, std::vector<std::string>>& values) {
  YAML::Emitter out;
  out << YAML::Block << YAML::BeginMap;
  for (const auto& entry : root) {
    const Change change = entry.first.IsScalar() ? change_of(entry.first.Scalar(), values) : Change();
    if (change.drop) continue;
    out << YAML::Key;
    emit(out, entry.first);
    out << YAML::Value;
    if (change.values == nullptr)
      emit(out, entry.second);
    else if (change.values->size() == 1)
      out << change.values->front();
    else
      out << *change.values;
  }
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

/// Whether a text begins with a key and its colon, the key between quotes or not.
bool begins_with_key(std::string_view text, std::string_view key) {
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  if (quoted) text.remove_prefix(1);
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  if (quoted && !text.empty()) text.remove_prefix(1);
  const size_t colon = text.find_first_not_of(" \t");
  return colon != std::string_view::npos && text[colon] == ':';
}

/// Whether a document between braces has a key of that name, at any depth.
bool has_key_between_braces(std::string_view text, std::string_view key) {
  for (size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    size_t begin = at;
    if (begin > 0 && (text[begin - 1] == '"' || text[begin - 1] == '\'')) --begin;
    const bool begins = begin > 0 && std::string_view("{, \t\r\n").find(text[begin - 1]) != std::string_view::npos;
    if (begins && begins_with_key(text.substr(begin), key)) return true;
  }
  return false;
}

/// Whether a key of that name is one of the document's own: on a line that is indented as the first
/// key is. Lines end with LF, CR LF or CR.
bool has_key(std::string_view text, std::string_view key) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return has_key_between_braces(text, key);
  std::optional<size_t> indent;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t own = line.find_first_not_of(' ');
    if (own == std::string_view::npos || line[own] == '#' || line[own] == '%' || line.starts_with("---")) continue;
    if (!indent) indent = own;
    if (own == *indent && begins_with_key(line.substr(own), key)) return true;
  }
  return false;
}

}  // namespace

DataYaml read_data_yaml(const fs::path& file) {
  std::error_code code;
  if (!fs::is_regular_file(file, code)) throw InputError({file.string(), "", "is not a file", "Give the data.yaml of the set"});
  if (const auto size = fs::file_size(file, code); !code && size > kMostBytes)
    throw InputError({file.string(), "", fmt::format("has {} bytes, more than a list of classes can need", size), "Check the file"});
  return YamlReading(file).read(read_text(file));
}

bool looks_like_data_yaml(const fs::path& file) {
  std::string extension = file.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::error_code code;
  if ((extension != ".yaml" && extension != ".yml") || !fs::is_regular_file(file, code)) return false;
  std::ifstream in(file, std::ios::binary);
  std::string start(kStart, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(in.gcount()));
  if (start.starts_with("\xef\xbb\xbf")) start.erase(0, 3);
  return has_key(start, "train") && (has_key(start, "names") || has_key(start, "nc"));
}

const char* yaml_key_of(Split split) {
  constexpr std::array<const char*, 3> kKeys = {"train", "val", "test"};
  return kKeys[static_cast<size_t>(split)];
}

std::string new_yaml(const std::map<Split, std::vector<std::string>>& values, const std::vector<std::string>& classes) {
  std::string text;
  for (const auto& [split, paths] : values) text += fmt::format("{}: {}\n", yaml_key_of(split), values_text(paths));
  text += fmt::format("nc: {}\nnames:\n", classes.size());
  for (size_t i = 0; i < classes.size(); ++i) text += fmt::format("  {}: {}\n", i, scalar_text(classes[i]));
  return text;
}

std::string with_splits(const DataYaml& yaml, const std::map<Split, std::vector<std::string>>& values) {
  const YAML::Node root = YAML::Load(yaml.text);
  std::string edited = edited_lines(yaml.text, root, values);
  return says(edited, yaml, values) ? edited : emitted(root, values);
}

}  // namespace decant::yolo
