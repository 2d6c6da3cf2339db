#include "decant/formats/records/layout.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>

#include "decant/base/errors.h"

namespace decant::records {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t skip_spaces(std::string_view text, size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

size_t start_of(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

/// Position of `c` from `at` on, or the end of the text.
size_t find_byte(std::string_view text, char c, size_t at) {
  const size_t found = text.find(c, at);  // memchr
  return found == std::string_view::npos ? text.size() : found;
}

/// Past the string whose opening quote is at `at`. Every run of backslashes is looked at once.
size_t string_end(std::string_view text, size_t at) {
  for (size_t from = at + 1;;) {
    const size_t quote = find_byte(text, '"', from);
    if (quote == text.size()) return quote;
    size_t backslashes = 0;
    while (quote - backslashes > from && text[quote - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

/// Past a list or an object, by counting brackets outside strings.
size_t brackets_end(std::string_view text, size_t at) {
  for (int64_t depth = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return text.size();
}

size_t element_end(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '"') return string_end(text, at);
  if (c == '{' || c == '[') return brackets_end(text, at);
  while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != ']') ++at;
  return at;
}

/// The line's last byte but its line end.
size_t line_end(std::string_view text, size_t at) {
  const size_t end = find_byte(text, '\n', at);
  return end > at && text[end - 1] == '\r' ? end - 1 : end;
}

/// Past a quoted value whose opening quote is at `at`.
size_t quoted_end(std::string_view text, size_t at) {
  while (true) {
    at = find_byte(text, '"', at + 1);
    if (at == text.size()) return at;
    if (at + 1 == text.size() || text[at + 1] != '"') return at + 1;
    ++at;  // a doubled quote stands for one
  }
}

/// A quote means something at the beginning of a value alone.
size_t csv_end(std::string_view text, size_t at) {
  for (bool begins = true; at < text.size();) {
    const char c = text[at];
    if (begins && c == '"') {
      at = quoted_end(text, at);
      begins = false;
      continue;
    }
    if (c == '\n') return at > 0 && text[at - 1] == '\r' ? at - 1 : at;
    begins = c == ',';
    ++at;
  }
  return at;
}

class ArrayScan {
 public:
  ArrayScan(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Layout run() {
    size_t at = skip_spaces(text_, start_of(text_));
    if (at == text_.size() || text_[at] != '[') refuse(at, "a JSON array should begin here", "Check the file");
    for (at = skip_spaces(text_, at + 1); at < text_.size() && text_[at] != ']';) at = after_element(at);
    layout_.cut = at == text_.size();
    if (!layout_.cut) require_nothing_after(at + 1);
    return std::move(layout_);
  }

 private:
  /// The next element, or the closing bracket, or the end of a text that was cut off.
  size_t after_element(size_t at) {
    if (text_[at] == ',' || text_[at] == '}' || text_[at] == ':') refuse(at, "a record should begin here", kRepair);
    layout_.begins.push_back(at);
    layout_.tail = element_end(text_, at);
    const size_t next = skip_spaces(text_, layout_.tail);
    if (next == text_.size() || text_[next] == ']') return next;
    if (text_[next] != ',') refuse(next, "a comma or the end of the array should follow the record before", kRepair);
    const size_t following = skip_spaces(text_, next + 1);
    if (following < text_.size() && text_[following] == ']') refuse(next, "a comma stands after the last record", kRepair);
    return following;
  }

  void require_nothing_after(size_t at) const {
    at = skip_spaces(text_, at);
    if (at == text_.size()) return;
    refuse(at, text_[at] == '[' ? "a second array begins here" : "something follows the array",
           "Put each array into a file of its own, or write one record per line");
  }

  [[noreturn]] void refuse(size_t at, const std::string& what, const char* remedy) const {
    throw InputError({file_, fmt::format("line {}", line_of(text_, at)), what, remedy});
  }

  static constexpr const char* kRepair = "Repair the file: it is no JSON";

  std::string_view text_;
  const std::string& file_;
  Layout layout_{.form = Form::array};
};

Layout find_lines(std::string_view text, Form form) {
  Layout layout{.form = form};
  for (size_t at = start_of(text); at < text.size();) {
    const size_t end = record_end(text, form, at);
    if (skip_spaces(text, at) < end) layout.begins.push_back(at);
    at = past_line_end(text, form, end);
  }
  return layout;
}

}  // namespace

const char* name_of(Form form) {
  constexpr const char* kNames[] = {"json", "jsonl", "tsv", "csv", "txt"};
  return kNames[static_cast<int>(form)];
}

size_t record_end(std::string_view text, Form form, size_t begin) {
  if (form == Form::array) return element_end(text, begin);
  return form == Form::csv ? csv_end(text, begin) : line_end(text, begin);
}

size_t past_line_end(std::string_view text, Form form, size_t end) {
  if (form == Form::array) return end;
  const size_t newline = find_byte(text, '\n', end);
  return std::min(newline + 1, text.size());
}

Layout find_records(std::string_view text, Form form, const std::string& file) {
  return form == Form::array ? ArrayScan(text, file).run() : find_lines(text, form);
}

int64_t line_of(std::string_view text, size_t at) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(std::min(at, text.size())), '\n');
}

bool looks_like_json(std::string_view text) {
  const size_t at = skip_spaces(text, start_of(text));
  return at < text.size() && (text[at] == '[' || text[at] == '{');
}

}  // namespace decant::records
