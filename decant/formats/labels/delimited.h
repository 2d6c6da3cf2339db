// Tables in text: records of fields between commas or tabs (RFC 4180, as Python's csv reads it).
//
//   a field in quotes may hold delimiters, line breaks and quotes, each of the latter doubled
//   a quote inside a field that began without one is a quote
//   a record ends at LF, CR or CR LF; a byte order mark at the start of the text is no part of it
//   a quoted field that never ends goes to the end of the text
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace decant::labels {

class DelimitedReader {
 public:
  static constexpr size_t kMaxFields = 4096;  ///< kept of a record; those behind are counted alone

  /// `text` must outlive this.
  DelimitedReader(std::string_view text, char delimiter);

  /// Reads the next record that is not empty. False at the end.
  bool next();
  /// Of the present record.
  size_t count() const { return count_; }
  /// A field, quotes resolved; empty for one that is not there.
  std::string_view field(size_t i) const { return i < kept_ ? std::string_view(fields_[i]) : std::string_view(); }
  size_t begin() const { return begin_; }  ///< place of its first byte in the text, the mark included
  size_t end() const { return at_; }       ///< behind its line break

 private:
  void read_field();
  void read_quoted(std::string& field);
  bool ends_field(char c) const { return c == delimiter_ || c == '\n' || c == '\r'; }

  std::string_view text_;
  char delimiter_;
  size_t at_ = 0;
  size_t begin_ = 0;
  size_t count_ = 0;
  size_t kept_ = 0;
  std::vector<std::string> fields_;  ///< the first kept_ are of this record
};

}  // namespace decant::labels
