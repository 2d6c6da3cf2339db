#include "decant/formats/image/tiff_colours.h"

#include <algorithm>
#include <tiffio.h>

namespace decant::image_codec {
namespace {

/// R = (255 − K) − C · (255 − K) / 255, rounded as PIL rounds it.
void from_cmyk(const uint8_t* samples, uint8_t* out) {
  const int key = 255 - samples[3];
  for (size_t c = 0; c < 3; ++c) {
    const int product = samples[c] * key + 128;
    out[c] = static_cast<uint8_t>(std::clamp(key - (((product >> 8) + product) >> 8), 0, 255));
  }
}

void divide(const uint8_t* samples, uint8_t* out) {
  const unsigned alpha = samples[3];
  for (size_t c = 0; c < 3; ++c) out[c] = static_cast<uint8_t>(alpha == 0 ? 0 : std::min(255u, samples[c] * 255u / alpha));
}

}  // namespace

TiffColours::TiffColours(const TiffReader& file) : tags_(file.tags()) {
  if (tags_.photometric == PHOTOMETRIC_PALETTE) palette_ = file.palette();
}

void TiffColours::convert(const uint8_t* samples, uint8_t* out) const {
  if (tags_.grey())
    *out = grey(*samples);
  else if (tags_.photometric == PHOTOMETRIC_PALETTE)
    for (size_t c = 0; c < 3; ++c) out[c] = palette_[c][*samples];
  else if (tags_.photometric == PHOTOMETRIC_SEPARATED)
    from_cmyk(samples, out);
  else if (tags_.premultiplied)
    divide(samples, out);
  else
    std::copy_n(samples, 3, out);
}

uint8_t TiffColours::grey(uint8_t stored) const {
  const unsigned most = tags_.bits >= 8 ? 255u : (1u << tags_.bits) - 1;
  const auto value = static_cast<uint8_t>(stored * 255u / most);
  return tags_.photometric == PHOTOMETRIC_MINISWHITE ? static_cast<uint8_t>(255 - value) : value;
}

}  // namespace decant::image_codec
