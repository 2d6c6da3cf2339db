#include "decant/formats/labels/class_names.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/formats/labels/class_text.h"

namespace decant::labels {
namespace fs = std::filesystem;
namespace {

constexpr uintmax_t kMostBytes = 16 << 20;

std::vector<std::string> names_of_features(const Json& info, const std::string& field) {
  if (!info.is_object()) return {};
  const auto features = info.find("features");
  if (features == info.end() || !features->is_object()) return {};
  const auto feature = features->find(field);
  if (feature == features->end() || !feature->is_object()) return {};
  const auto names = feature->find("names");
  if (names == feature->end() || !names->is_array()) return {};
  const auto is_text = [](const Json& name) { return name.is_string(); };
  return std::ranges::all_of(*names, is_text) ? names->get<std::vector<std::string>>() : std::vector<std::string>();
}

/// A line of YAML: how far it is indented, a dash being part of that, and what it says.
struct Line {
  size_t indent = 0;
  bool item = false;  ///< begins with a dash
  std::string_view key;
  std::string_view value;
};

std::string_view without_blanks(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Without its quotes, doubled ones inside single ones made one. What else YAML escapes stays.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"')) return std::string(text);
  const char quote = text.front();
  std::string plain;
  for (const char c : text.substr(1, text.size() - 2)) {
    if (quote != '\'' || c != quote || !plain.ends_with(quote)) plain += c;
  }
  return plain;
}

/// The end of a key that may be quoted: of the text where there is none.
size_t end_of_key(std::string_view text) {
  const bool quoted = !text.empty() && (text.front() == '\'' || text.front() == '"');
  const size_t from = quoted ? text.find(text.front(), 1) : 0;
  if (from == std::string_view::npos) return text.size();
  for (size_t at = text.find(':', from); at < text.size(); at = text.find(':', at + 1)) {
    if (at + 1 == text.size() || text[at + 1] == ' ') return at;
  }
  return text.size();
}

std::optional<Line> parsed_line(std::string_view text) {
  Line line;
  line.indent = text.find_first_not_of(' ');
  const std::string_view all = without_blanks(text);
  if (all.empty() || all.front() == '#') return std::nullopt;
  std::string_view rest = all;
  if (all.starts_with("- ") || all == "-") {
    line.item = true;
    rest = without_blanks(all.substr(1));
  }
  const size_t end = end_of_key(rest);
  line.key = without_blanks(rest.substr(0, end));
  line.value = end < rest.size() ? without_blanks(rest.substr(end + 1)) : std::string_view();
  return line;
}

/// The lines between the first two "---".
std::vector<Line> front_matter(std::string_view text) {
  std::vector<Line> lines;
  bool open = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view raw = text.substr(at, end - at);
    at = end + 1;
    if (without_blanks(raw) == "---") {
      if (open) return lines;
      open = true;
    } else if (!open) {
      return {};
    } else if (const auto line = parsed_line(raw)) {
      lines.push_back(*line);
    }
  }
  return {};
}

/// Entries below a "names:" that is indented so far: "'0': cat" by number, or "- cat" in order.
std::vector<std::string> names_below(std::span<const Line> lines, size_t indent) {
  std::vector<std::string> names;
  for (const Line& line : lines) {
    if (line.indent < indent || (line.indent == indent && !line.item)) break;
    if (!line.item && whole_number(unquoted(line.key)) != std::ssize(names)) return {};
    names.push_back(unquoted(line.item ? line.key : line.value));
  }
  return names;
}

}  // namespace

std::vector<std::string> class_names_in_json(std::string_view text, const std::string& field) {
  const Json json = try_parse_json(text);
  if (!json.is_object()) return {};
  if (auto names = names_of_features(json, field); !names.empty()) return names;
  for (const auto& [configuration, info] : json.items()) {
    if (auto names = names_of_features(info, field); !names.empty()) return names;
  }
  return {};
}

std::vector<std::string> class_names_in_card(std::string_view text, const std::string& field) {
  const std::vector<Line> lines = front_matter(text);
  bool inside = false;  // below "- name: FIELD", which is indented so far:
  size_t indent = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.item && line.key == "name") {
      inside = unquoted(line.value) == field;
      indent = line.indent;
    } else if (inside && line.indent <= indent) {
      inside = false;
    } else if (inside && line.key == "names" && line.value.empty()) {
      if (auto names = names_below(std::span(lines).subspan(i + 1), line.indent); !names.empty()) return names;
    }
  }
  return {};
}

ClassNames find_class_names(const fs::path& root, const std::string& field) {
  for (const char* name : {"dataset_info.json", "dataset_infos.json", "README.md"}) {
    const fs::path file = root / name;
    std::error_code code;
    if (!fs::is_regular_file(file, code) || fs::file_size(file, code) > kMostBytes || code) continue;
    try {
      const std::string text = read_text(file);
      auto names = file.extension() == ".json" ? class_names_in_json(text, field) : class_names_in_card(text, field);
      if (!names.empty()) return {std::move(names), file};
    } catch (const IoError&) {
    }
  }
  return {};
}

}  // namespace decant::labels
