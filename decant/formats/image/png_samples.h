// The samples of a PNG as they are stored: what masks are made of. A palette's index stays an
// index, grey of 1, 2 or 4 bits is not scaled, 16 bits stay 16, no gamma, no alpha, no colours.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "decant/base/file.h"

namespace decant {

struct PngForm {
  int width = 0;
  int height = 0;
  int channels = 1;      ///< 1 grey or palette, 2 grey and alpha, 3 colours, 4 colours and alpha
  int bits = 8;          ///< of a sample: 1, 2, 4, 8 or 16
  bool palette = false;  ///< samples are indices
  bool operator==(const PngForm&) const = default;
};

/// Reads the header alone. Throws InputError for what is no PNG, or claims a size that its bytes
/// cannot hold.
PngForm png_form(Bytes bytes, std::string_view name);

/// Gives every line from the top, in the file's packing: samples of 1, 2 and 4 bits from the high
/// end of a byte, those of 16 in the machine's order. Throws InputError as png_form(), and for
/// damage. Memory: a line; of an interlaced PNG all of them.
void each_png_line(Bytes bytes, std::string_view name, const std::function<void(const PngForm&, std::span<const uint8_t> line)>& visit);

}  // namespace decant
