#include "decant/formats/records/table.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/ranges.h>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/records/utf8.h"

namespace decant::records {
namespace {

constexpr std::string_view kTextNames[] = {"text",      "sentence", "sentence1",  "sentence2", "question",    "question1",
                                           "question2", "premise",  "hypothesis", "title",     "description", "review",
                                           "content",   "comment",  "tweet",      "document",  "headline",    "body",
                                           "abstract",  "message",  "utterance",  "prompt",    "completion"};
constexpr std::string_view kLabelNames[] = {"label",       "class",    "category", "target", "sentiment",
                                            "class index", "label_id", "intent",   "topic"};
constexpr size_t kMostClasses = 1000;

/// A value of a line: the bytes between its delimiters, or between its quotes.
struct Value {
  size_t begin = 0;
  size_t end = 0;
  bool doubled = false;  ///< holds doubled quotes
};

/// Cuts a line of CSV. Returns what is wrong with it.
std::string cut_csv(std::string_view line, std::vector<Value>& out) {
  for (size_t at = 0;;) {
    if (at < line.size() && line[at] == '"') {
      Value value{at + 1, at + 1, false};
      for (;;) {
        value.end = line.find('"', value.end);
        if (value.end == std::string_view::npos) return "has a quote that is not closed";
        if (value.end + 1 >= line.size() || line[value.end + 1] != '"') break;
        value.doubled = true;
        value.end += 2;
      }
      out.push_back(value);
      at = value.end + 1;
      if (at < line.size() && line[at] != ',') return "has something after a closing quote";
    } else {
      const size_t comma = std::min(line.find(',', at), line.size());
      out.push_back({at, comma, false});
      at = comma;
    }
    if (at >= line.size()) return {};
    ++at;
  }
}

std::string cut_line(std::string_view line, Form form, std::vector<Value>& out) {
  out.clear();
  if (form == Form::csv) return cut_csv(line, out);
  for (size_t at = 0;;) {
    const size_t tab = std::min(line.find('\t', at), line.size());
    out.push_back({at, tab, false});
    if (tab == line.size()) return {};
    at = tab + 1;
  }
}

std::string lower_name(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return result;
}

std::vector<std::string> values_of(std::string_view line, Form form) {
  std::vector<Value> cuts;
  std::vector<std::string> values;
  if (!cut_line(line, form, cuts).empty()) return values;
  for (const Value& value : cuts) values.emplace_back(line.substr(value.begin, value.end - value.begin));
  return values;
}

bool is_usual(std::string_view name, std::span<const std::string_view> usual) {
  return std::ranges::find(usual, lower_name(name)) != usual.end();
}

bool is_header(const std::vector<std::string>& names, const FieldNames& asked) {
  std::vector<std::string> wanted = split_list(asked.texts);
  if (!asked.label.empty()) wanted.push_back(asked.label);
  if (!wanted.empty()) return std::ranges::any_of(wanted, [&](const std::string& name) { return std::ranges::count(names, name) > 0; });
  return std::ranges::any_of(names, [](const std::string& n) { return is_usual(n, kTextNames) || is_usual(n, kLabelNames); });
}

class Recogniser {
 public:
  Recogniser(std::span<const std::string_view> first, Form form, const FieldNames& asked, const std::string& file)
      : asked_(asked), file_(file) {
    for (const std::string_view line : first) lines_.push_back(values_of(line, form));
    table_.form = form;
    if (lines_.empty() || lines_.front().empty()) throw InputError({file_, "line 1", "is no line of a table", "Check the file"});
    table_.names = lines_.front();
    table_.header = is_header(table_.names, asked);
    if (table_.header)
      lines_.erase(lines_.begin());
    else
      for (size_t i = 0; i < table_.names.size(); ++i) table_.names[i] = fmt::format("column {}", i + 1);
    std::erase_if(lines_, [&](const auto& values) { return values.size() != table_.names.size(); });
  }

  Table run() {
    table_.label = asked_.label.empty() ? usual_label() : column_named(asked_.label);
    for (const std::string& name : split_list(asked_.texts)) table_.texts.push_back(column_named(name));
    if (table_.texts.empty()) table_.texts = usual_texts();
    if (table_.texts.empty())
      throw InputError({file_, "", fmt::format("has no column of texts among '{}'", fmt::join(table_.names, "', '")),
                        "Name those that are texts: --text 'a,b', and the class where there is one: --label-field c"});
    return table_;
  }

 private:
  size_t column_named(const std::string& name) const {
    const auto found = std::ranges::find(table_.names, name);
    if (found != table_.names.end()) return static_cast<size_t>(found - table_.names.begin());
    throw InputError({file_, "line 1", fmt::format("has no column '{}'; there are '{}'", name, fmt::join(table_.names, "', '")),
                      "Name columns as the first line does, or where that is none 'column 1', 'column 2' and so on"});
  }

  size_t usual_label() const {
    if (!table_.header) return fewest_values();
    const auto found = std::ranges::find_if(table_.names, [](const std::string& name) { return is_usual(name, kLabelNames); });
    return found == table_.names.end() ? Table::kNone : static_cast<size_t>(found - table_.names.begin());
  }

  size_t fewest_values() const {
    size_t best = Table::kNone;
    size_t fewest = std::min(kMostClasses + 1, (lines_.size() + 1) / 2);
    for (size_t column = 0; column < table_.names.size() && table_.names.size() > 1; ++column) {
      std::set<std::string_view> different;
      for (const auto& values : lines_) different.insert(values[column]);
      if (different.size() < fewest) fewest = different.size(), best = column;
    }
    return best;
  }

  std::vector<size_t> usual_texts() const {
    std::vector<size_t> columns;
    for (size_t column = 0; column < table_.names.size() && table_.header; ++column) {
      if (column != table_.label && is_usual(table_.names[column], kTextNames)) columns.push_back(column);
    }
    return columns.empty() ? longest() : columns;
  }

  std::vector<size_t> longest() const {
    std::vector<size_t> best;
    size_t most = 0;
    for (size_t column = 0; column < table_.names.size(); ++column) {
      size_t bytes = 0;
      for (const auto& values : lines_) bytes += values[column].size();
      if (column != table_.label && (best.empty() || bytes > most)) best = {column}, most = bytes;
    }
    return best;
  }

  const FieldNames& asked_;
  const std::string& file_;
  std::vector<std::vector<std::string>> lines_;
  Table table_;
};

class TableReader final : public RecordReader {
 public:
  explicit TableReader(Table table) : table_(std::move(table)) {}

  std::string read(std::string_view record, Record& out, std::optional<std::string_view>& label) const override {
    label.reset();
    if (std::string fault = fault_of_length(record); !fault.empty()) return fault;
    if (!is_utf8(record)) return "is not UTF-8";
    out.restart(record.size());
    thread_local std::vector<Value> values;
    if (std::string fault = cut_line(record, table_.form, values); !fault.empty()) return fault;
    join_surplus(values);
    if (values.size() != table_.names.size())
      return fmt::format("has {} columns, and the table has {}", values.size(), table_.names.size());
    for (const size_t column : table_.texts) add_turn(record, values[column], column, out);
    if (table_.label != Table::kNone && values[table_.label].end > values[table_.label].begin)
      label = text_of(record, values[table_.label], out);
    return {};
  }

  std::optional<std::string> field(std::string_view record, std::string_view name) const override {
    const auto column = static_cast<size_t>(std::ranges::find(table_.names, name) - table_.names.begin());
    std::vector<Value> values;
    if (column == table_.names.size() || !cut_line(record, table_.form, values).empty()) return std::nullopt;
    join_surplus(values);
    if (column >= values.size() || values[column].end == values[column].begin) return std::nullopt;
    Record scratch;
    scratch.restart(record.size());
    return std::string(text_of(record, values[column], scratch));
  }
  std::vector<std::string> field_names(std::string_view) const override { return table_.names; }
  std::string schema() const override {
    std::string text = fmt::format("{}:", name_of(table_.form));
    for (const size_t column : table_.texts) text += (column == table_.texts.front() ? " " : ", ") + table_.names[column];
    return table_.label == Table::kNone ? text : text + "; class " + table_.names[table_.label];
  }

 private:
  /// Tabs inside a text: two columns, of which the last one is the class.
  void join_surplus(std::vector<Value>& values) const {
    const bool joins = table_.form == Form::tsv && table_.names.size() == 2 && table_.label == 1 && values.size() > 2;
    if (!joins) return;
    values = {{values.front().begin, values[values.size() - 2].end, false}, values.back()};
  }

  static std::string_view text_of(std::string_view record, const Value& value, Record& out) {
    const std::string_view raw = record.substr(value.begin, value.end - value.begin);
    if (!value.doubled) return raw;
    size_t size = 0;
    for (size_t i = 0; i < raw.size(); ++i) {
      out.room()[size++] = raw[i];
      if (raw[i] == '"') ++i;
    }
    return out.keep(size);
  }

  void add_turn(std::string_view record, const Value& value, size_t column, Record& out) const {
    const bool last = column == table_.texts.back();
    const std::string_view role = table_.texts.size() == 1 ? "text" : std::string_view(table_.names[column]);
    out.turns.push_back({role, text_of(record, value, out), static_cast<int64_t>(value.begin), static_cast<int64_t>(value.end), last});
  }

  Table table_;
};

}  // namespace

Table recognise_table(std::span<const std::string_view> first, Form form, const FieldNames& names, const std::string& file) {
  return Recogniser(first, form, names, file).run();
}

std::unique_ptr<RecordReader> table_reader(Table table) {
  return std::make_unique<TableReader>(std::move(table));
}

bool is_usual_text(std::string_view name) {
  return is_usual(name, kTextNames);
}

bool looks_like_table(std::span<const std::string_view> first, Form form) {
  if (first.empty()) return false;
  const size_t columns = values_of(first.front(), form).size();
  const auto fits = std::ranges::count_if(first, [&](std::string_view line) { return values_of(line, form).size() == columns; });
  return columns >= 2 && 2 * fits > std::ssize(first);
}

}  // namespace decant::records
