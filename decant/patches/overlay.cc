#include "decant/patches/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/kernels/resize.h"

namespace decant::patches {
namespace {

constexpr int kSmallestShown = 224;
constexpr int kLargestShown = 512;
constexpr int kGap = 4;

constexpr std::array<std::array<double, 3>, 5> kStops = {{{0, 0, 4}, {87, 16, 110}, {188, 55, 84}, {249, 142, 9}, {252, 255, 164}}};

Image resized(const Image& picture, int width, int height) {
  Image result;
  result.resize({width, height, picture.size.channels});
  resize_bilinear(picture.pixels.data(), picture.size.width, picture.size.height, picture.size.channels, result.pixels.data(), width,
                  height);
  return result;
}

/// Each pixel `factor` times, each way.
Image repeated(const Image& picture, int factor) {
  Image result;
  result.resize({picture.size.width * factor, picture.size.height * factor, picture.size.channels});
  for (int y = 0; y < result.size.height; ++y) {
    for (int x = 0; x < result.size.width; ++x)
      std::copy_n(picture.view().row(y / factor) + x / factor * picture.size.channels, picture.size.channels,
                  result.row(y) + x * picture.size.channels);
  }
  return result;
}

Image at_shown_size(const Image& picture) {
  const int longer = std::max(picture.size.width, picture.size.height);
  if (longer < kSmallestShown) return repeated(picture, std::max(1, kSmallestShown / longer));
  if (longer <= kLargestShown) return picture;
  const auto scaled = [&](int pixels) { return std::max(1, static_cast<int>(int64_t{pixels} * kLargestShown / longer)); };
  return resized(picture, scaled(picture.size.width), scaled(picture.size.height));
}

std::array<uint8_t, 3> rgb_at(const Image& picture, int x, int y) {
  const uint8_t* p = picture.view().row(y) + x * picture.size.channels;
  return picture.size.channels == 1 ? std::array<uint8_t, 3>{p[0], p[0], p[0]} : std::array<uint8_t, 3>{p[0], p[1], p[2]};
}

std::array<uint8_t, 3> tinted(const std::array<uint8_t, 3>& rgb, const MapColour& colour) {
  const int grey = (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) / 256;
  const auto half = [&](int value) { return static_cast<uint8_t>((grey + value) / 2); };
  return {half(colour.red), half(colour.green), half(colour.blue)};
}

}  // namespace

MapColour map_colour(float value) {
  const double t = std::isfinite(value) ? static_cast<double>(value) / (1 + static_cast<double>(value)) : 1;
  const double place = std::clamp(t, 0.0, 1.0) * (kStops.size() - 1);
  const size_t stop = std::min(kStops.size() - 2, static_cast<size_t>(place));
  const double part = place - static_cast<double>(stop);
  const auto mixed = [&](size_t channel) {
    return static_cast<uint8_t>(std::lround(kStops[stop][channel] * (1 - part) + kStops[stop + 1][channel] * part));
  };
  return {mixed(0), mixed(1), mixed(2)};
}

Image map_beside_picture(const Image& picture, std::span<const float> map, int side) {
  DECANT_CHECK(std::ssize(map), ==, int64_t{side} * side);
  const Image shown = at_shown_size(picture);
  const int width = shown.size.width;
  const int height = shown.size.height;
  Image result;
  result.resize({2 * width + kGap, height, 3});
  std::ranges::fill(result.pixels, uint8_t{255});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto rgb = rgb_at(shown, x, y);
      const int64_t cell = int64_t{y} * side / height * side + int64_t{x} * side / width;
      std::ranges::copy(rgb, result.row(y) + 3 * x);
      std::ranges::copy(tinted(rgb, map_colour(map[static_cast<size_t>(cell)])), result.row(y) + 3 * (width + kGap + x));
    }
  }
  return result;
}

}  // namespace decant::patches
