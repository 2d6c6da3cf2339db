// What values stand in a mask, and how often.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::masks {

struct ValueCount {
  uint32_t value = 0;  ///< a sample as stored, or a colour as R · 65536 + G · 256 + B
  int64_t pixels = 0;
  bool operator==(const ValueCount&) const = default;
};

struct MaskContent {
  int width = 0;
  int height = 0;
  bool colours = false;            ///< values are colours
  uint32_t largest = 0;            ///< value that such a file can be given (image/png_fill.h)
  std::vector<ValueCount> values;  ///< ascending by value, each at least one pixel
};

/// Of a PNG of grey values or palette indices of 1 to 16 bits, or of colours of 8 bits. Throws
/// InputError for any other: alpha, colours of 16 bits, a JPEG (which smears values), damage. About
/// 1 ms per megapixel and what inflating takes; memory for a line, and for what is found.
MaskContent read_class_mask(Bytes bytes, std::string_view name);

}  // namespace decant::masks
