// A decoded picture: 8-bit, interleaved (height, width, channels), channels 1 (grey) or 3 (RGB).
// The codecs drop alpha, as PIL does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace decant {

struct ImageSize {
  int width = 0;
  int height = 0;
  int channels = 0;
  int64_t bytes() const { return int64_t{width} * height * channels; }
  bool operator==(const ImageSize&) const = default;
};

struct ImageView {
  const uint8_t* data = nullptr;
  ImageSize size;
  const uint8_t* row(int y) const { return data + int64_t{y} * size.width * size.channels; }
};

/// Owner; resize() keeps the allocation, so one Image can be decoded into again and again.
struct Image {
  ImageSize size;
  std::vector<uint8_t> pixels;

  void resize(ImageSize s) {
    size = s;
    pixels.resize(static_cast<size_t>(s.bytes()));
  }
  uint8_t* row(int y) { return pixels.data() + int64_t{y} * size.width * size.channels; }
  ImageView view() const { return {pixels.data(), size}; }
};

}  // namespace decant
