#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>
#include <optional>

#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/labels/delimited.h"
#include "decant/formats/labels/label_list.h"

namespace decant::labels {
namespace {

constexpr std::array<std::string_view, 14> kPathNames = {"file_name",  "filename",   "filepath",   "file",     "path",
                                                         "image",      "image_path", "image_name", "image_id", "imageid",
                                                         "image_file", "img",        "img_path",   "id"};
constexpr const char* kSolution = "PredictionString";  // ImageNet's at Kaggle: "n01978287 85 1 499 272"

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::vector<std::string> fields_of(const DelimitedReader& reader) {
  std::vector<std::string> fields;
  for (size_t i = 0; i < std::min(reader.count(), DelimitedReader::kMaxFields); ++i) fields.emplace_back(reader.field(i));
  return fields;
}

std::optional<size_t> find_name(const std::vector<std::string>& header, std::string_view name) {
  const auto found = std::ranges::find_if(header, [&](const std::string& column) { return in_lower_case(column) == in_lower_case(name); });
  return found == header.end() ? std::nullopt : std::optional(static_cast<size_t>(found - header.begin()));
}

template <class Names>
std::optional<size_t> find_any(const std::vector<std::string>& header, const Names& names) {
  for (const auto& name : names) {
    if (const auto found = find_name(header, name)) return found;
  }
  return std::nullopt;
}

std::optional<size_t> find_picture(const std::vector<std::string>& fields) {
  const auto found = std::ranges::find_if(fields, [](const std::string& field) { return has_picture_ending(field); });
  return found == fields.end() ? std::nullopt : std::optional(static_cast<size_t>(found - fields.begin()));
}

struct Columns {
  size_t path = 0;
  std::optional<size_t> label;
  bool first_word = false;  ///< the label is the first word of its column
};

std::optional<size_t> column_number(const std::string& text, size_t count) {
  size_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number == 0 || number > count) return std::nullopt;
  return number - 1;
}

/// Of a table without a header: two columns are a path and a class.
Columns columns_without_header(LabelList& list, const std::vector<std::string>& first, const std::string& field) {
  Columns columns{.path = *find_picture(first)};
  columns.label = field.empty() ? std::nullopt : column_number(field, first.size());
  if (field.empty() && first.size() == 2) columns.label = 1 - columns.path;
  if (columns.label) list.field = fmt::format("column {}", *columns.label + 1);
  return columns;
}

/// `second`: the first record below the header. Nothing where no column holds paths.
std::optional<Columns> columns_by_header(LabelList& list, const std::vector<std::string>& header, const std::vector<std::string>& second,
                                         const std::string& field) {
  auto path = find_any(header, kPathNames);
  if (!path) path = find_picture(second);
  if (!path) return std::nullopt;
  Columns columns{.path = *path};
  columns.label = field.empty() ? find_any(header, label_names()) : find_name(header, field);
  if (!columns.label && field.empty() && (columns.label = find_name(header, kSolution))) columns.first_word = true;
  if (!columns.label && field.empty() && header.size() == 2 && in_lower_case(header[*path]) != "file_name") {
    columns.label = 1 - *path;
    list.guessed = true;
  }
  if (columns.label) list.field = header[*columns.label];
  return columns;
}

void add_line(LabelList& list, const DelimitedReader& reader, const Columns& columns) {
  const std::string_view label = columns.label ? reader.field(*columns.label) : std::string_view();
  list.lines.push_back({std::string(reader.field(columns.path)), std::string(columns.first_word ? label.substr(0, label.find(' ')) : label),
                        reader.begin(), reader.end()});
}

void read_table(LabelList& list, const std::string& field) {
  const char delimiter = list.file.extension() == ".tsv" ? '\t' : ',';
  DelimitedReader reader(list.text(), delimiter);
  if (!reader.next()) return void(list.fault = "is empty");
  if (reader.count() > DelimitedReader::kMaxFields) return void(list.fault = fmt::format("has {} columns", reader.count()));
  const std::vector<std::string> first = fields_of(reader);
  std::optional<Columns> columns;
  if (find_picture(first)) {
    columns = columns_without_header(list, first, field);
    list.head = reader.begin();
    add_line(list, reader, *columns);
  } else {
    list.head = reader.end();
    if (!reader.next()) return void(list.fault = "has a header and no lines");
    columns = columns_by_header(list, first, fields_of(reader), field);
    if (!columns) return void(list.fault = "has no column of paths that is known");
    add_line(list, reader, *columns);
  }
  while (reader.next()) add_line(list, reader, *columns);
  if (!columns->label) list.fault = field.empty() ? "has no column that is known as a label" : fmt::format("has no column '{}'", field);
}

}  // namespace

const LabelSource kTable = {"table", [](const std::string& name) { return name.ends_with(".csv") || name.ends_with(".tsv"); }, read_table};

}  // namespace decant::labels
