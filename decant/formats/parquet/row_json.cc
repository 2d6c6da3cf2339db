#include "decant/formats/parquet/row_json.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>

#include "decant/formats/records/utf8.h"

namespace decant::parquet {
namespace {

template <class T>
T loaded_as(std::string_view value) {
  T number;
  std::memcpy(&number, value.data(), sizeof(T));
  return number;
}

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  out += '"';
}

template <class T>
std::optional<std::string> fraction_text(std::string_view value) {
  const T number = loaded_as<T>(value);
  return std::isfinite(number) ? std::optional(fmt::format("{}", number)) : std::nullopt;
}

std::string whole_text(const Node& node, std::string_view value) {
  const bool wide = node.type == Physical::int64;
  if (node.meaning == Meaning::unsigned_number)
    return wide ? std::to_string(loaded_as<uint64_t>(value)) : std::to_string(loaded_as<uint32_t>(value));
  return wide ? std::to_string(loaded_as<int64_t>(value)) : std::to_string(loaded_as<int32_t>(value));
}

}  // namespace

std::optional<std::string> value_text(const Node& node, std::string_view value) {
  if (node.meaning == Meaning::decimal) return std::nullopt;
  switch (node.type) {
    case Physical::boolean:
      return value[0] != 0 ? "1" : "0";
    case Physical::int32:
    case Physical::int64:
      return whole_text(node, value);
    case Physical::float32:
      return fraction_text<float>(value);
    case Physical::float64:
      return fraction_text<double>(value);
    case Physical::bytes:
      return std::string(value);
    default:
      return std::nullopt;
  }
}

void append_value(const Node& node, std::string_view value, std::string& out) {
  if (node.type == Physical::bytes && (node.meaning == Meaning::text || node.meaning == Meaning::json || records::is_utf8(value)))
    return append_quoted(value, out);
  if (node.type == Physical::boolean) {
    out += value[0] != 0 ? "true" : "false";
    return;
  }
  out += node.type == Physical::bytes ? "null" : value_text(node, value).value_or("null");
}

RowJson::RowJson(const ParquetFile& file, std::vector<int> columns) : file_(&file), columns_(std::move(columns)) {
  for (int i = 0; i < file.footer().column_count(); ++i) leaves_.push_back({ColumnCursor(file, i), {}, {}, 0});
}

void RowJson::load_leaf(Leaf& leaf, int64_t row) {
  leaf.entries.clear();
  leaf.at = 0;
  leaf.pieces = leaf.cursor.entries(row);
  const Node& node = leaf.cursor.node();
  for (const Piece& piece : leaf.pieces) {
    for (int64_t i = piece.begin; i < piece.end; ++i) {
      const Page& page = *piece.page;
      const auto entry = static_cast<size_t>(i);
      Entry& added = leaf.entries.emplace_back();
      if (!page.rep.empty()) added.rep = page.rep[entry];
      if (!page.def.empty()) added.def = page.def[entry];
      if (!page.has_value(i, node.most_def)) continue;
      added.page = &page;
      added.value = page.value_index(i);
    }
  }
}

void RowJson::step(const Node& node) {
  for (int i = 0; i < node.columns; ++i) ++leaves_[static_cast<size_t>(node.column + i)].at;
}

bool RowJson::missing(const Node& node) {
  return !at_end(node) && here(node).def < node.most_def;
}

void RowJson::append(int64_t row, std::string& out) {
  for (const int child : columns_) {
    const Node& top = node(child);
    for (int i = 0; i < top.columns; ++i) load_leaf(leaves_[static_cast<size_t>(top.column + i)], row);
  }
  out += '{';
  bool first = true;
  for (const int child : columns_) {
    const Node& top = node(child);
    if (top.columns == 0) continue;
    if (top.repetition == Repetition::optional && missing(top)) continue;
    if (!first) out += ", ";
    first = false;
    append_quoted(top.name, out);
    out += ": ";
    add(top, out);
  }
  out += '}';
}

void RowJson::append_bare(int64_t row, std::string& out) {
  const Node& top = node(columns_.front());
  for (int i = 0; i < top.columns; ++i) load_leaf(leaves_[static_cast<size_t>(top.column + i)], row);
  if (top.columns > 0 && !missing(top)) add(top, out);
}

void RowJson::add(const Node& node, std::string& out) {
  if (node.columns == 0 || at_end(node)) {
    out += "null";  // columns of one struct that disagree
  } else if (node.repetition == Repetition::repeated) {
    add_repeated(node, out);
  } else if (missing(node)) {
    out += "null";
    step(node);
  } else {
    add_content(node, out);
  }
}

void RowJson::add_content(const Node& node, std::string& out) {
  if (node.leaf) {
    if (const Entry& entry = here(node); entry.page != nullptr)
      append_value(node, entry.page->values.get(entry.value, scratch_), out);
    else
      out += "null";
    step(node);
    return;
  }
  // A list is a group around a repeated one, whose only member is the element.
  if (node.children.size() == 1 && this->node(node.children.front()).repetition == Repetition::repeated)
    return add_repeated(this->node(node.children.front()), out);
  add_object(node, out);
}

void RowJson::add_object(const Node& node, std::string& out) {
  out += '{';
  bool first = true;
  for (const int child : node.children) {
    const Node& below = this->node(child);
    if (below.columns == 0) continue;
    if (below.repetition == Repetition::optional && !at_end(below) && missing(below)) {
      step(below);
      continue;
    }
    if (!first) out += ", ";
    first = false;
    append_quoted(below.name, out);
    out += ": ";
    add(below, out);
  }
  out += '}';
}

void RowJson::add_repeated(const Node& node, std::string& out) {
  out += '[';
  if (at_end(node) || missing(node)) {
    step(node);
    out += ']';
    return;
  }
  for (bool first = true; !at_end(node) && (first || here(node).rep == node.most_rep); first = false) {
    if (!first) out += ", ";
    if (!node.leaf && node.children.size() == 1)
      add(this->node(node.children.front()), out);
    else
      add_content(node, out);
  }
  out += ']';
}

}  // namespace decant::parquet
