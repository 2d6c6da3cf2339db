// Grey to colour and back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace decant::loader {

/// Interleaved pixels of `from` channels as such of `to`, 1 or 3 each. Grey becomes three equal
/// channels; colour becomes grey by the Rec. 601 weights (77 R + 150 G + 29 B) / 256.
inline void convert_channels(const uint8_t* in, int64_t pixels, int from, int to, uint8_t* out) {
  if (from == to) {
    std::memcpy(out, in, static_cast<size_t>(pixels * to));
  } else if (to == 3) {
    for (int64_t i = 0; i < pixels; ++i) std::fill_n(out + 3 * i, 3, in[i]);
  } else {
    for (int64_t i = 0; i < pixels; ++i) {
      const uint8_t* p = in + 3 * i;
      out[i] = static_cast<uint8_t>((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8);
    }
  }
}

}  // namespace decant::loader
