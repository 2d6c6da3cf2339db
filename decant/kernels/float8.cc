#include "decant/kernels/float8.h"

#include <bit>
#include <limits>

#include "decant/kernels/half.h"

namespace decant {

float e4m3fn_to_float(uint8_t value) {
  const uint32_t magnitude = value & 0x7fU;
  const float sign = value > 0x7f ? -1.0F : 1.0F;
  if (magnitude == 0x7f) return std::numeric_limits<float>::quiet_NaN();
  if (magnitude < 8) return sign * static_cast<float>(magnitude) * 0x1p-9F;
  return sign * std::bit_cast<float>((magnitude << 20) + (120U << 23));
}

float e5m2_to_float(uint8_t value) {
  return half_to_float(static_cast<uint16_t>(value << 8));
}

}  // namespace decant
