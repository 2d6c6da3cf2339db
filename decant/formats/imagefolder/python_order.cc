#include "decant/formats/imagefolder/python_order.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace decant {

namespace {

uint8_t byte_at(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

bool continues(std::string_view text, size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xc0) == 0x80;
}

struct Decoded {
  char32_t code;
  size_t length;
};

/// The code point at `i`. Overlong forms, surrogates and values beyond U+10FFFF are invalid, as in RFC 3629;
/// then one byte is escaped.
Decoded code_point(std::string_view text, size_t i) {
  const char32_t lead = byte_at(text, i);
  const auto next = [&](size_t k) { return static_cast<char32_t>(byte_at(text, i + k) & 0x3f); };
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xc2 && lead < 0xe0 && continues(text, i + 1)) return {(lead & 0x1f) << 6 | next(1), 2};
  if (lead >= 0xe0 && lead < 0xf0 && continues(text, i + 1) && continues(text, i + 2)) {
    const char32_t code = (lead & 0x0f) << 12 | next(1) << 6 | next(2);
    if (code >= 0x800 && (code < 0xd800 || code >= 0xe000)) return {code, 3};
  }
  if (lead >= 0xf0 && lead < 0xf5 && continues(text, i + 1) && continues(text, i + 2) && continues(text, i + 3)) {
    const char32_t code = (lead & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3);
    if (code >= 0x10000 && code < 0x110000) return {code, 4};
  }
  return {0xdc00 + lead, 1};
}

std::u32string decode(std::string_view text) {
  std::u32string codes;
  for (size_t i = 0; i < text.size();) {
    const auto [code, length] = code_point(text, i);
    codes += code;
    i += length;
  }
  return codes;
}

bool is_ascii_or_end(std::string_view text, size_t i) {
  return i == text.size() || byte_at(text, i) < 0x80;
}

}  // namespace

bool python_less(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto i = static_cast<size_t>(differ.first - a.begin());
  // Where both go on with ASCII or end, whatever came before decodes alike, and the bytes decide.
  if (is_ascii_or_end(a, i) && is_ascii_or_end(b, i)) return a < b;
  return decode(a) < decode(b);
}

}  // namespace decant
