#include "decant/base/printable.h"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>

namespace decant {
namespace {

uint8_t byte_at(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

bool continues(std::string_view text, size_t at) {
  return at < text.size() && (byte_at(text, at) & 0xc0) == 0x80;
}

bool is_plain(char c) {
  return c >= ' ' && c < '\x7f';
}

/// C1 controls, line and paragraph separators, marks and embeddings of direction.
bool moves_things(char32_t code) {
  return (code >= 0x80 && code < 0xa0) || code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(const CodePoint& point) {
  switch (point.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto code = static_cast<uint32_t>(point.code);
  return point.valid && code >= 0x80 ? fmt::format("\\u{:04x}", code) : fmt::format("\\x{:02x}", code);
}

std::string shown(std::string_view text, bool keep_line_feeds) {
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point(text, at);
    const bool control = point.code < 0x20 || point.code == 0x7f || moves_things(point.code);
    if (!point.valid || (control && !(keep_line_feeds && point.code == '\n')))
      result += escaped(point);
    else
      result += text.substr(at, point.length);
    at += point.length;
  }
  return result;
}

}  // namespace

CodePoint code_point(std::string_view text, size_t at) {
  const char32_t lead = byte_at(text, at);
  const auto next = [&](size_t k) { return static_cast<char32_t>(byte_at(text, at + k) & 0x3f); };
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xc2 && lead < 0xe0 && continues(text, at + 1)) return {(lead & 0x1f) << 6 | next(1), 2};
  if (lead >= 0xe0 && lead < 0xf0 && continues(text, at + 1) && continues(text, at + 2)) {
    const char32_t code = (lead & 0x0f) << 12 | next(1) << 6 | next(2);
    if (code >= 0x800 && (code < 0xd800 || code >= 0xe000)) return {code, 3};
  }
  if (lead >= 0xf0 && lead < 0xf5 && continues(text, at + 1) && continues(text, at + 2) && continues(text, at + 3)) {
    const char32_t code = (lead & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3);
    if (code >= 0x10000 && code < 0x110000) return {code, 4};
  }
  return {lead, 1, false};
}

std::string printable(std::string_view text) {
  return shown(text, /*keep_line_feeds=*/false);
}

std::string printable_lines(std::string_view text) {
  return shown(text, /*keep_line_feeds=*/true);
}

std::string table_cell(std::string_view text) {
  std::string cell;
  for (const char c : printable(text)) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string as_utf8(std::string_view text) {
  std::string valid;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = code_point(text, at);
    valid += point.valid ? std::string(text.substr(at, point.length)) : fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    at += point.length;
  }
  return valid;
}

}  // namespace decant
