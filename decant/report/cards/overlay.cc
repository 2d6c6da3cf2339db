#include "decant/report/cards/overlay.h"

#include <algorithm>

#include "decant/formats/image/codec.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

constexpr int kColours = 3 * kHues;
constexpr uint8_t kNothing = 0;
constexpr uint8_t kStriped = 1;
constexpr uint8_t kFirstColour = 2;
constexpr uint8_t kOpaque = 150;

uint8_t place_of_class(int32_t label) {
  return static_cast<uint8_t>(kFirstColour + label % kColours);
}

/// The last pixel of each run, in the order of columns.
std::vector<int64_t> ends_of(std::span<const int64_t> runs) {
  std::vector<int64_t> ends;
  int64_t end = 0;
  for (const int64_t run : runs) ends.push_back(end += run);
  return ends;
}

}  // namespace

std::array<uint8_t, 3> colour_of_class(int32_t label) {
  constexpr std::array<std::array<uint8_t, 3>, kHues> kOfPage = {
      {{86, 180, 233}, {230, 159, 0}, {47, 214, 163}, {242, 159, 208}, {255, 255, 255}, {255, 138, 76}, {240, 228, 66}, {185, 163, 255}}};
  std::array<uint8_t, 3> colour = kOfPage[static_cast<size_t>(label % kHues)];
  const int shade = label / kHues % 3;
  for (uint8_t& part : colour) {
    if (shade == 1) part = static_cast<uint8_t>(part / 2);
    if (shade == 2) part = static_cast<uint8_t>(part / 3 + 30);
  }
  return colour;
}

template <class Paint>
void Overlay::each_pixel(int64_t width, int64_t height, Paint&& paint) {
  for (int y = 0; y < size_.height; ++y) {
    for (int x = 0; x < size_.width; ++x) {
      const int64_t from_x = (2 * int64_t{x} + 1) * width / (2 * int64_t{size_.width});
      const int64_t from_y = (2 * int64_t{y} + 1) * height / (2 * int64_t{size_.height});
      paint(from_x, from_y, x, y, pixels_[static_cast<size_t>(y) * static_cast<size_t>(size_.width) + static_cast<size_t>(x)]);
    }
  }
}

void Overlay::paint(const ClassMask& mask) {
  each_pixel(mask.width, mask.height, [&](int64_t from_x, int64_t from_y, int x, int y, uint8_t& pixel) {
    const int32_t label = mask.labels[static_cast<size_t>(from_y * mask.width + from_x)];
    const bool stripe = (x + y) / 3 % 2 == 0;
    pixel = label != kNoLabel ? place_of_class(label) : stripe ? kStriped : kNothing;
  });
}

void Overlay::paint(std::span<const int64_t> runs, int64_t height, int64_t width, int32_t label) {
  const std::vector<int64_t> ends = ends_of(runs);
  each_pixel(width, height, [&](int64_t from_x, int64_t from_y, int, int, uint8_t& pixel) {
    const auto run = std::ranges::upper_bound(ends, from_x * height + from_y) - ends.begin();
    if (run % 2 == 1) pixel = place_of_class(label);
  });
}

bool Overlay::empty() const {
  return std::ranges::all_of(pixels_, [](uint8_t pixel) { return pixel == kNothing; });
}

std::string Overlay::address() const {
  IndexedImage image{.width = size_.width, .height = size_.height, .pixels = pixels_};
  image.palette = {{0, 0, 0, 0}, {255, 255, 255, kOpaque}};
  for (int label = 0; label < kColours; ++label) {
    const auto [red, green, blue] = colour_of_class(label);
    image.palette.push_back({red, green, blue, kOpaque});
  }
  std::vector<std::byte> png;
  encode_png(image, png);
  return "data:image/png;base64," + base64(png);
}

}  // namespace decant::report
