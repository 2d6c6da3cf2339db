// Names made safe to print.
//
// A file name may hold any bytes: it may clear a terminal, break a line, or reverse the direction
// of text. Whatever is printed goes through here; files that programs read (JSON, .npy) keep names
// as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace decant {

struct CodePoint {
  char32_t code = 0;  ///< the byte itself where it is not valid
  size_t length = 1;  ///< bytes
  bool valid = true;
};

/// The code point that begins at byte `at`. Overlong forms, surrogates and values beyond U+10FFFF
/// are not valid (RFC 3629); then one byte is taken. REQUIRES: at < text.size().
CodePoint code_point(std::string_view text, size_t at);

/// On one line: line breaks and tabs as \n, \r and \t, other control characters and bytes that are
/// not UTF-8 as \x1b, and what moves the cursor or turns the direction of writing (C1 controls,
/// U+2028 and U+2029, bidirectional marks) as \u009b. All else unchanged.
std::string printable(std::string_view text);

/// The same, but for line feeds: text of several lines, in which names were made printable before.
std::string printable_lines(std::string_view text);

/// Bytes that are not UTF-8 as \\x1b, for formats whose texts are UTF-8. All else unchanged.
std::string as_utf8(std::string_view text);

/// printable() for a cell of a Markdown table: '|' does not end it.
std::string table_cell(std::string_view text);

}  // namespace decant
