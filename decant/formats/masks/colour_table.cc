#include "decant/formats/masks/colour_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"

namespace decant::masks {
namespace fs = std::filesystem;

namespace {

constexpr uintmax_t kMostTable = 16'000'000;  // bytes
constexpr std::array kColourTables = {"label_colors.txt", "class_dict.csv", "labelmap.txt"};
constexpr std::array kValueTables = {"objectInfo150.txt", "config.json", "config_v1.2.json", "classes.txt",
                                     "class_names.txt",   "labels.txt",  "codes.txt"};

std::string_view table_word(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

std::vector<std::string_view> parts_between(std::string_view text, char delimiter) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(delimiter, begin), text.size());
    parts.push_back(table_word(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

std::optional<uint32_t> number_below(std::string_view text, uint32_t limit) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number) != std::from_chars_result{end, std::errc()} || number >= limit) return std::nullopt;
  return number;
}

/// The colour of three numbers.
std::optional<uint32_t> colour_of(std::string_view red, std::string_view green, std::string_view blue) {
  const auto r = number_below(red, 256), g = number_below(green, 256), b = number_below(blue, 256);
  return r && g && b ? std::optional(*r << 16 | *g << 8 | *b) : std::nullopt;
}

bool names_nothing(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower == "void" || lower == "unlabelled" || lower == "unlabeled" || lower == "ignore" || lower == "__ignore__";
}

/// Reads the lines of a table, in one of three forms.
class TableReading {
 public:
  explicit TableReading(const fs::path& file) : file_(file) { table_.file = file; }

  ClassTable read() {
    std::error_code code;
    if (!fs::is_regular_file(file_, code)) throw InputError({file_.string(), "", "is not a file", "Give a table of classes"});
    if (fs::file_size(file_, code) > kMostTable)
      throw InputError({file_.string(), "", "is too large to be a table of classes", "Check the file"});
    const std::string text = read_text(file_);
    if (file_.extension() == ".json")
      read_config(text);
    else
      read_lines(text);
    if (table_.classes.empty()) fail("", "names no classes");
    require_distinct();
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& what) const {
    throw InputError({file_.string(), place, what, "See docs/formats/masks.md for the tables that are read"});
  }

  void read_lines(const std::string& text) {
    const std::string name = file_.filename().string();
    const bool lists_names = name != "objectInfo150.txt" && std::ranges::find(kValueTables, name) != kValueTables.end();
    int64_t number = 0;
    for (size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = table_word(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
      ++number;
      if (lists_names) {  // a line is a value, whatever is on it
        if (text.find_first_not_of(" \t\r\n", end - line.size()) == std::string::npos && line.empty()) break;
        if (line.empty()) fail("line " + std::to_string(number), "is empty, and each line is the name of the next value");
      } else if (line.empty() || line.front() == '#') {
        continue;
      }
      const auto entry = name == "objectInfo150.txt"                                   ? value_entry(line)
                         : std::ranges::find(kValueTables, name) != kValueTables.end() ? name_entry(line)
                                                                                       : colour_entry(line);
      const bool head = number == 1 && !entry;
      if (!entry && !head) fail("line " + std::to_string(number), "is neither 'R G B name', 'name,R,G,B' nor 'name:R,G,B'");
      if (entry) table_.classes.push_back(*entry);
    }
  }

  std::optional<MaskClass> name_entry(std::string_view line) const {
    return MaskClass{std::string(line), static_cast<uint32_t>(table_.classes.size()), names_nothing(line)};
  }

  /// Idx, Ratio, Train, Val, Stuff, Name.
  static std::optional<MaskClass> value_entry(std::string_view line) {
    const auto parts = parts_between(line, '\t');
    const auto value = number_below(parts.front(), 65536);
    return value && parts.size() > 1 ? std::optional(MaskClass{std::string(parts.back()), *value, false}) : std::nullopt;
  }

  std::optional<MaskClass> colour_entry(std::string_view line) {
    table_.colours = true;
    const auto fields = parts_between(line, ':');
    const auto cells = parts_between(fields.size() > 1 ? fields[1] : line, ',');
    if (fields.size() > 1 && cells.size() == 3) return named_colour(fields[0], colour_of(cells[0], cells[1], cells[2]));
    if (cells.size() == 4) return named_colour(cells[0], colour_of(cells[1], cells[2], cells[3]));
    return spaced_entry(line);
  }

  /// "64 128 64  Animal".
  static std::optional<MaskClass> spaced_entry(std::string_view line) {
    std::array<std::string_view, 3> numbers;
    for (std::string_view& number : numbers) {
      const size_t end = std::min(line.find_first_of(" \t"), line.size());
      number = line.substr(0, end);
      line = table_word(line.substr(end));
    }
    return named_colour(line, colour_of(numbers[0], numbers[1], numbers[2]));
  }

  static std::optional<MaskClass> named_colour(std::string_view name, std::optional<uint32_t> colour) {
    if (!colour || name.empty()) return std::nullopt;
    return MaskClass{std::string(name), *colour, names_nothing(name)};
  }

  void read_config(const std::string& text) {
    try {
      const Json json = try_parse_json(text);
      for (const Json& label : json.at("labels")) {
        const std::string name = label.contains("readable") ? label.at("readable").get<std::string>() : label.at("name").get<std::string>();
        table_.classes.push_back({name, static_cast<uint32_t>(table_.classes.size()), !label.value("evaluate", true)});
      }
    } catch (const Json::exception&) {
      fail("", "is no list of labels as Vistas has it");
    }
  }

  void require_distinct() const {
    std::set<uint32_t> seen;
    for (const MaskClass& entry : table_.classes) {
      if (!seen.insert(entry.value).second) fail("", "gives two classes the value or colour of '" + entry.name + "'");
    }
  }

  const fs::path& file_;
  ClassTable table_;
};

}  // namespace

ClassTable read_class_table(const fs::path& file) {
  return TableReading(file).read();
}

ClassTable find_class_table(const fs::path& folder, bool colours) {
  std::error_code code;
  const auto first_of = [&](const auto& names) {
    const auto found = std::ranges::find_if(names, [&](const char* name) { return fs::is_regular_file(folder / name, code); });
    return found == names.end() ? ClassTable() : read_class_table(folder / *found);
  };
  if (colours) return first_of(kColourTables);
  return first_of(kValueTables);
}

std::vector<std::string> class_tables_in(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code code;
  for (const char* name : kColourTables) {
    if (fs::is_regular_file(folder / name, code)) found.emplace_back(name);
  }
  for (const char* name : kValueTables) {
    if (fs::is_regular_file(folder / name, code)) found.emplace_back(name);
  }
  return found;
}

}  // namespace decant::masks
