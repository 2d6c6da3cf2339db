#include "decant/formats/sheets/sheet_table.h"

#include <algorithm>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/json_reader.h"
#include "decant/formats/imagefolder/python_order.h"

namespace decant::sheets {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kFolder = "train/";
constexpr size_t kSha256Digits = 64;

std::string_view name_in_class(const Sheet& sheet) {
  return std::string_view(sheet.file).substr(sheet.file.rfind('/') + 1);
}

Json header_json(const Table& table) {
  const Style& style = table.style;
  return {{"decant_sheets", kVersion}, {"sheets", table.sheets.size()}, {"cells", table.cells()},  {"tile", style.tile},
          {"side", style.side},        {"fit", name_of(style.fit)},     {"quality", style.quality}};
}

Json sheet_json(const Style& style, const Sheet& sheet) {
  Json boxes = Json::array();
  Json rows = Json::array();
  Json keys = Json::array();
  Json hashes = Json::array();
  for (const Cell& cell : sheet.cells) {
    const PatchRect box = box_of(style, sheet, cell);
    boxes.push_back({box.left, box.top, box.width(), box.height()});
    rows.push_back(cell.row);
    keys.push_back(cell.key);
    hashes.push_back(cell.hash);
  }
  return {{"file", sheet.file}, {"sha256", sheet.sha256}, {"columns", sheet.columns}, {"rows", sheet.rows},
          {"boxes", boxes},     {"source_rows", rows},    {"source_keys", keys},      {"source_sha256", hashes}};
}

bool is_hash(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Reads one table, line by line.
class Reading {
 public:
  Reading(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Table read() {
    read_header();
    while (!text_.empty()) read_sheet();
    if (std::ssize(table_.sheets) != sheets_ || table_.cells() != cells_)
      refuse("", fmt::format("holds {} sheets with {} cells, and its first line says {} with {}", table_.sheets.size(), table_.cells(),
                             sheets_, cells_));
    require_rows_once();
    return std::move(table_);
  }

 private:
  [[noreturn]] void refuse(const std::string& place, const std::string& what) const {
    throw InputError({name_, place, what, "The table was changed, cut off or is of another set; make the sheets again"});
  }

  std::string next_line() {
    const size_t end = text_.find('\n');
    if (end == std::string_view::npos) refuse("", "ends in the middle of a line");
    std::string line(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    place_ = fmt::format("line {}", ++line_);
    return line;
  }

  /// A count that a field must have, within bounds.
  int bounded(const JsonReader& json, const char* field, int least, int most) const {
    const int64_t value = json.require(field).count(field);
    if (value < least || value > most) json.refuse(field, fmt::format("is {}, and may be {} to {}", value, least, most));
    return static_cast<int>(value);
  }

  void read_header() {
    if (text_.empty()) refuse("", "is empty");
    const std::string line = next_line();
    const Json json = try_parse_json(line);
    if (!json.is_object() || !json.contains("decant_sheets"))
      throw InputError(
          {name_, place_, "is no head of a table of sheets", "Rename the file if it is something else, or make the sheets again"});
    const JsonReader reader(json, name_, place_);
    if (const int64_t version = reader.count("decant_sheets"); version != kVersion)
      throw InputError({name_, place_, fmt::format("is a table of version {}, and this decant reads version {}", version, kVersion),
                        "Use the version of decant that made it, or a newer one"});
    sheets_ = reader.require("sheets").count("sheets");
    cells_ = reader.require("cells").count("cells");
    if (sheets_ == 0) reader.refuse("sheets", "is 0: there is nothing to read");
    read_style(reader);
  }

  void read_style(const JsonReader& reader) {
    Style& style = table_.style;
    style.tile = bounded(reader, "tile", 1, kMostAcross);
    style.side = bounded(reader, "side", 1, kMostSide);
    style.quality = bounded(reader, "quality", 0, 100);
    const std::string fit = reader.text("fit");
    if (fit != name_of(Fit::whole) && fit != name_of(Fit::crop)) reader.refuse("fit", "is neither whole nor crop");
    style.fit = fit == name_of(Fit::whole) ? Fit::whole : Fit::crop;
    if (style.side % style.unit() != 0)
      reader.refuse("side",
                    fmt::format("is {}, no multiple of {}: borders of cells would cut the blocks of a JPEG", style.side, style.unit()));
  }

  void read_sheet() {
    const std::string line = next_line();
    const Json json = try_parse_json(line);
    if (!json.is_object()) refuse(place_, "is no JSON object");
    const JsonReader reader(json, name_, place_);
    Sheet sheet{.file = reader.require("file").text("file"), .sha256 = reader.require("sha256").text("sha256")};
    require_name(reader, sheet);
    if (!is_hash(sheet.sha256, kSha256Digits)) reader.refuse("sha256", "is no SHA-256 in hexadecimal digits");
    sheet.columns = bounded(reader, "columns", 1, table_.style.tile);
    sheet.rows = bounded(reader, "rows", 1, table_.style.tile);
    read_cells(reader, sheet);
    if (!table_.sheets.empty() && !listed_before(table_.sheets.back(), sheet))
      reader.refuse("file", fmt::format("'{}' comes again, or behind files that it should stand before", sheet.file));
    if (!table_.sheets.empty() && class_folder(table_.sheets.back()).empty() != class_folder(sheet).empty())
      reader.refuse("file", "lies in the folder of a class, and other sheets do not");
    table_.sheets.push_back(std::move(sheet));
  }

  void require_name(const JsonReader& reader, const Sheet& sheet) const {
    const auto folders = std::ranges::count(sheet.file, '/');
    if (!is_safe_relative(sheet.file) || !sheet.file.starts_with(kFolder) || folders < 1 || folders > 2 ||
        !sheet.file.ends_with(table_.style.extension()))
      reader.refuse("file", fmt::format("'{}' is not of the form train/CLASS/NAME{}", sheet.file, table_.style.extension()));
  }

  static const Json& list(const JsonReader& reader, const char* field, size_t count) {
    const Json& value = *reader.require(field).find(field);
    if (!value.is_array()) reader.refuse(field, "is not a list");
    if (value.size() != count) reader.refuse(field, fmt::format("has {} entries for {} cells", value.size(), count));
    return value;
  }

  void read_cells(const JsonReader& reader, Sheet& sheet) {
    const Json* const boxes = reader.require("boxes").find("boxes");
    const size_t count = boxes->size();
    const auto most = static_cast<size_t>(sheet.columns) * static_cast<size_t>(sheet.rows);
    if (!boxes->is_array() || count == 0 || count > most) reader.refuse("boxes", fmt::format("is not a list of 1 to {} boxes", most));
    const Json& rows = list(reader, "source_rows", count);
    const Json& keys = list(reader, "source_keys", count);
    const Json& hashes = list(reader, "source_sha256", count);
    for (size_t i = 0; i < count; ++i) {
      Cell cell = cell_at((*boxes)[i], sheet, i);
      if (!sheet.cells.empty() && sheet.cells.back().place >= cell.place)
        refuse(place_, fmt::format("cell {} of '{}' is listed twice, or out of order", cell.place, sheet.file));
      if (!rows[i].is_number_unsigned() || rows[i].get<uint64_t>() > uint64_t{INT64_MAX})
        refuse(place_, fmt::format("source_rows[{}] is no row", i));
      if (!keys[i].is_string()) refuse(place_, fmt::format("source_keys[{}] is no text", i));
      if (!hashes[i].is_string() || !is_hash(hashes[i].get<std::string>(), kHashDigits))
        refuse(place_, fmt::format("source_sha256[{}] is not {} hexadecimal digits", i, kHashDigits));
      cell.row = rows[i].get<int64_t>();
      cell.key = keys[i].get<std::string>();
      cell.hash = hashes[i].get<std::string>();
      sheet.cells.push_back(std::move(cell));
    }
  }

  Cell cell_at(const Json& box, const Sheet& sheet, size_t i) const {
    const auto fail = [&](const std::string& what) { refuse(place_, fmt::format("boxes[{}] of '{}' {}", i, sheet.file, what)); };
    if (!box.is_array() || box.size() != 4 || !std::ranges::all_of(box, [](const Json& value) {
          return value.is_number_unsigned() && value.get<uint64_t>() <= uint64_t{kMostSide * kMostAcross};
        }))
      fail("is not left, top, width, height");
    const int side = table_.style.side;
    const int left = box[0].get<int>();
    const int top = box[1].get<int>();
    if (left % side != 0 || top % side != 0)
      fail(fmt::format("begins at {}, {}, which is no border of cells of {} pixels", left, top, side));
    if (left / side >= sheet.columns || top / side >= sheet.rows)
      fail(fmt::format("lies outside of {} x {} cells", sheet.columns, sheet.rows));
    Cell cell{.place = top / side * sheet.columns + left / side, .width = box[2].get<int>(), .height = box[3].get<int>()};
    if (cell.width < 1 || cell.height < 1 || cell.width > side || cell.height > side)
      fail(fmt::format("is {} x {} pixels, and a cell has {} x {}", cell.width, cell.height, side, side));
    return cell;
  }

  void require_rows_once() const {
    std::vector<int64_t> rows;
    for (const Sheet& sheet : table_.sheets) {
      for (const Cell& cell : sheet.cells) rows.push_back(cell.row);
    }
    std::ranges::sort(rows);
    if (const auto twice = std::ranges::adjacent_find(rows); twice != rows.end())
      refuse("", fmt::format("row {} lies in two cells", *twice));
  }

  std::string_view text_;  ///< what is still to be read
  const std::string& name_;
  int64_t line_ = 0;
  std::string place_;
  int64_t sheets_ = 0;  ///< as the first line says
  int64_t cells_ = 0;
  Table table_;
};

}  // namespace

const char* name_of(Fit fit) {
  return fit == Fit::whole ? "whole" : "crop";
}

int64_t Table::cells() const {
  int64_t count = 0;
  for (const Sheet& sheet : sheets) count += std::ssize(sheet.cells);
  return count;
}

PatchRect box_of(const Style& style, const Sheet& sheet, const Cell& cell) {
  const int left = cell.place % sheet.columns * style.side;
  const int top = cell.place / sheet.columns * style.side;
  return {left, top, left + cell.width, top + cell.height};
}

std::string_view class_folder(const Sheet& sheet) {
  const std::string_view below = std::string_view(sheet.file).substr(kFolder.size());
  const size_t slash = below.find('/');
  return slash == std::string_view::npos ? std::string_view() : below.substr(0, slash);
}

bool listed_before(const Sheet& one, const Sheet& other) {
  if (class_folder(one) != class_folder(other)) return python_less(class_folder(one), class_folder(other));
  return python_less(name_in_class(one), name_in_class(other));
}

std::string table_text(const Table& table) {
  std::string text = json_text(header_json(table)) + "\n";
  for (const Sheet& sheet : table.sheets) text += json_text(sheet_json(table.style, sheet)) + "\n";
  return text;
}

Table parse_table(std::string_view text, const std::string& name) {
  return Reading(text, name).read();
}

}  // namespace decant::sheets
