#include "decant/formats/image/raster.h"

#include <cstring>

namespace decant::image_codec {

Raster::Raster(int width, int height, int channels, int bits)
    : width_(width),
      height_(height),
      channels_(channels),
      bits_(bits),
      line_((static_cast<size_t>(width) * static_cast<size_t>(channels * bits) + 7) / 8) {
  bytes_.resize(line_ * static_cast<size_t>(height));
}

size_t Raster::bit_at(int x, int y, int channel) const {
  return 8 * line_ * static_cast<size_t>(y) +
         (static_cast<size_t>(x) * static_cast<size_t>(channels_) + static_cast<size_t>(channel)) * static_cast<size_t>(bits_);
}

unsigned Raster::sample(int x, int y, int channel) const {
  const size_t bit = bit_at(x, y, channel);
  if (bits_ == 16) {
    uint16_t wide = 0;
    std::memcpy(&wide, &bytes_[bit / 8], 2);
    return wide;
  }
  return bytes_[bit / 8] >> (8 - static_cast<size_t>(bits_) - bit % 8) & ((1u << bits_) - 1);
}

void Raster::set_sample(int x, int y, int channel, unsigned value) {
  const size_t bit = bit_at(x, y, channel);
  if (bits_ == 16) {
    const auto wide = static_cast<uint16_t>(value);
    std::memcpy(&bytes_[bit / 8], &wide, 2);
    return;
  }
  const size_t shift = 8 - static_cast<size_t>(bits_) - bit % 8;
  const unsigned hole = ~(((1u << bits_) - 1) << shift);
  bytes_[bit / 8] = static_cast<uint8_t>((bytes_[bit / 8] & hole) | value << shift);
}

void fill_cell(Raster& raster, const PatchRect& rect, int channel, unsigned value) {
  for (int y = rect.top; y < rect.bottom; ++y) {
    for (int x = rect.left; x < rect.right; ++x) raster.set_sample(x, y, channel, value);
  }
}

void flatten_cells(Raster& raster, const PatchMask& mask) {
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect rect = mask.grid.pixels(cell);
    for (int c = 0; c < raster.channels(); ++c)
      fill_cell(raster, rect, c, rounded_mean(rect, [&](int x, int y) { return raster.sample(x, y, c); }));
  }
}

}  // namespace decant::image_codec
