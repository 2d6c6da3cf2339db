// The values of a mask, pixel by pixel.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::masks {

struct MaskPixels {
  int width = 0;
  int height = 0;
  bool colours = false;          ///< values are colours, as ValueCount has them
  std::vector<uint32_t> values;  ///< (height, width)
};

/// Of what read_class_mask() reads, and with its errors; InputError too for more than 2^26 pixels.
/// Memory: 4 bytes a pixel.
MaskPixels read_mask_pixels(Bytes bytes, std::string_view name);

}  // namespace decant::masks
