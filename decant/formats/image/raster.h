// Samples as a PNG packs them: of 1, 2, 4, 8 or 16 bits (these in the machine's byte order),
// channels next to each other, every line on a byte of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/data/patch_mask.h"

namespace decant::image_codec {

class Raster {
 public:
  /// Of zeros.
  Raster(int width, int height, int channels, int bits);

  int width() const { return width_; }
  int height() const { return height_; }
  int channels() const { return channels_; }
  unsigned sample(int x, int y, int channel) const;
  void set_sample(int x, int y, int channel, unsigned value);

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }

 private:
  size_t bit_at(int x, int y, int channel) const;

  int width_;
  int height_;
  int channels_;
  int bits_;
  size_t line_;
  std::vector<uint8_t> bytes_;
};

/// The mean of `rect`, rounded half up, over what `value_of(x, y)` says of a pixel.
template <class Value>
unsigned rounded_mean(const PatchRect& rect, Value&& value_of) {
  uint64_t sum = 0;
  for (int y = rect.top; y < rect.bottom; ++y) {
    for (int x = rect.left; x < rect.right; ++x) sum += value_of(x, y);
  }
  const auto pixels = static_cast<uint64_t>(rect.width()) * static_cast<uint64_t>(rect.height());
  return static_cast<unsigned>((2 * sum + pixels) / (2 * pixels));
}

/// Gives `channel` of every pixel of `rect` one value.
void fill_cell(Raster& raster, const PatchRect& rect, int channel, unsigned value);

/// Gives every dropped cell its mean colour, each channel by itself.
void flatten_cells(Raster& raster, const PatchMask& mask);

}  // namespace decant::image_codec
