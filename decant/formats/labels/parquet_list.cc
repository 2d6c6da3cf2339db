#include <algorithm>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/formats/labels/class_text.h"
#include "decant/formats/labels/label_list.h"
#include "decant/formats/parquet/file.h"
#include "decant/formats/parquet/parquet_writer.h"
#include "decant/formats/parquet/row_json.h"

namespace decant::labels {
namespace {

using parquet::ColumnCursor;
using parquet::ParquetFile;

/// A column of single values of that name, or −1.
int column_named(const ParquetFile& file, std::string_view name) {
  for (int i = 0; i < file.footer().column_count(); ++i) {
    const parquet::Node& node = file.footer().column(i);
    if (node.path == name && node.most_rep == 0) return i;
  }
  return -1;
}

int label_column(const ParquetFile& file, const std::string& field) {
  if (!field.empty()) return column_named(file, field);
  for (const std::string& name : label_names()) {
    if (const int column = column_named(file, name); column >= 0) return column;
  }
  return -1;
}

/// Empty where the value is missing, nothing where it has no form as text.
std::optional<std::string> text_of_value(const parquet::Node& node, std::optional<std::string_view> value) {
  return value ? parquet::value_text(node, *value) : "";
}

/// As label_text() has it of JSON: empty where there is none, nothing where it is no class.
std::optional<std::string> class_of(const parquet::Node& node, std::optional<std::string_view> value) {
  auto text = text_of_value(node, value);
  if (!text || (is_number(*text) && !whole_number(*text))) return std::nullopt;
  return text;
}

void read_columns(const ParquetFile& file, const std::string& field, LabelList& list) {
  const int path = column_named(file, "file_name");
  const int label = label_column(file, field);
  if (path < 0) list.fault = "has no column file_name";
  if (path >= 0 && label < 0) list.fault = "has no column that is known as a label";
  if (label >= 0) list.field = file.footer().column(label).path;
  if (path < 0) return;
  ColumnCursor paths(file, path);
  std::optional<ColumnCursor> labels;
  if (label >= 0) labels.emplace(file, label);
  for (int64_t row = 0; row < file.rows(); ++row) {
    const auto name = text_of_value(paths.node(), paths.value(row));
    const auto text = labels ? class_of(labels->node(), labels->value(row)) : "";
    if (!text && list.fault.empty()) list.fault = fmt::format("the column '{}' of row {} is no class", list.field, row);
    const auto at = static_cast<uint64_t>(row);
    list.lines.push_back({name.value_or(""), text.value_or(""), at, at + 1});
  }
}

void read_parquet(LabelList& list, const std::string& field) {
  try {
    const auto file = std::make_shared<const ParquetFile>(list.file, list.file.filename().string(), std::make_shared<parquet::PageCache>());
    read_columns(*file, field, list);
    list.write = [file](std::span<const size_t> lines, const std::filesystem::path& to) {
      return lines.empty() ? 0 : parquet::copy_rows(*file, std::vector<int64_t>(lines.begin(), lines.end()), to);
    };
  } catch (const InputError& error) {
    list.lines.clear();
    list.fault = error.fault().what;
  }
}

}  // namespace

const LabelSource kParquetList = {"parquet", [](const std::string& name) { return name == "metadata.parquet"; }, read_parquet};

}  // namespace decant::labels
