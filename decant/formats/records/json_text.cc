#include "decant/formats/records/json_text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace decant::records {
namespace {

constexpr uint32_t kNoUnit = ~uint32_t{0};

uint32_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<uint32_t>(lower - 'a' + 10) : kNoUnit;
}

/// The UTF-16 unit of "\uXXXX" at the beginning of `raw`.
uint32_t utf16_unit(std::string_view raw) {
  if (raw.size() < 6 || raw[0] != '\\' || raw[1] != 'u') return kNoUnit;
  uint32_t unit = 0;
  for (size_t i = 2; i < 6; ++i) {
    const uint32_t digit = hex_digit(raw[i]);
    if (digit == kNoUnit) return kNoUnit;
    unit = unit * 16 + digit;
  }
  return unit;
}

struct CodePoint {
  uint32_t value = kNoUnit;
  size_t taken = 0;  ///< bytes of its escapes
};

CodePoint code_point_of(std::string_view raw) {
  const uint32_t unit = utf16_unit(raw);
  if (unit == kNoUnit || unit < 0xd800 || unit > 0xdfff) return {unit, 6};
  const uint32_t low = unit < 0xdc00 ? utf16_unit(raw.substr(6)) : kNoUnit;
  if (low < 0xdc00 || low > 0xdfff) return {};
  return {0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 12};
}

size_t put_utf8(uint32_t c, char* to) {
  const auto byte = [&](size_t i, uint32_t value) { to[i] = static_cast<char>(value); };
  if (c < 0x80) return byte(0, c), 1;
  if (c < 0x800) return byte(0, 0xc0 | c >> 6), byte(1, 0x80 | (c & 63)), 2;
  if (c < 0x10000) return byte(0, 0xe0 | c >> 12), byte(1, 0x80 | (c >> 6 & 63)), byte(2, 0x80 | (c & 63)), 3;
  return byte(0, 0xf0 | c >> 18), byte(1, 0x80 | (c >> 12 & 63)), byte(2, 0x80 | (c >> 6 & 63)), byte(3, 0x80 | (c & 63)), 4;
}

/// What a backslash and this letter stand for; NUL for what is no escape.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

std::optional<size_t> unescape(std::string_view raw, char* to) {
  size_t written = 0;
  for (size_t at = 0; at < raw.size();) {
    const size_t escape = std::min(raw.find('\\', at), raw.size());
    std::memcpy(to + written, raw.data() + at, escape - at);
    written += escape - at;
    at = escape;
    if (at == raw.size()) break;
    if (at + 1 == raw.size()) return std::nullopt;
    if (raw[at + 1] == 'u') {
      const CodePoint point = code_point_of(raw.substr(at));
      if (point.value == kNoUnit) return std::nullopt;
      written += put_utf8(point.value, to + written);
      at += point.taken;
      continue;
    }
    const char c = simple_escape(raw[at + 1]);
    if (c == '\0') return std::nullopt;
    to[written++] = c;
    at += 2;
  }
  return written;
}

}  // namespace decant::records
