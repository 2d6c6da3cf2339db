#include "decant/formats/imagefolder/python_order.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "decant/base/printable.h"

namespace decant {

namespace {

std::u32string decode(std::string_view text) {
  std::u32string codes;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = code_point(text, i);
    codes += point.valid ? point.code : 0xdc00 + point.code;
    i += point.length;
  }
  return codes;
}

bool is_ascii_or_end(std::string_view text, size_t i) {
  return i == text.size() || static_cast<unsigned char>(text[i]) < 0x80;
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
