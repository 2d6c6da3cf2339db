#include "decant/evaluate/corruptions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/random.h"
#include "decant/formats/image/codec.h"

namespace decant::evaluate {
namespace {

constexpr double kNoise = 26;
constexpr double kContrast = 0.4;
constexpr int kJpegQuality = 10;
constexpr int kBlurs = 2;

uint8_t to_pixel(double value) {
  return static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

void add_noise(Image& image, uint64_t index) {
  Random random(0, "corruption", index);
  for (uint8_t& value : image.pixels) value = to_pixel(value + kNoise * random.normal());
}

/// The mean of 3×3, of fewer at the border.
void blur_once(Image& image) {
  const Image from = image;
  const auto [width, height, channels] = from.size;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        int sum = 0;
        int count = 0;
        for (int v = std::max(0, y - 1); v <= std::min(height - 1, y + 1); ++v) {
          for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u, ++count) sum += from.view().row(v)[u * channels + c];
        }
        image.row(y)[x * channels + c] = static_cast<uint8_t>((sum + count / 2) / count);
      }
    }
  }
}

void lower_contrast(Image& image) {
  const double mean = std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) / static_cast<double>(image.pixels.size());
  for (uint8_t& value : image.pixels) value = to_pixel(mean + kContrast * (value - mean));
}

void through_jpeg(Image& image) {
  std::vector<std::byte> file;
  encode_jpeg(image.view(), kJpegQuality, file);
  decode_image(file, "corruption", image);
}

}  // namespace

void corrupt(Image& image, Corruption how, uint64_t index) {
  switch (how) {
    case Corruption::noise:
      return add_noise(image, index);
    case Corruption::blur:
      for (int i = 0; i < kBlurs; ++i) blur_once(image);
      return;
    case Corruption::contrast:
      return lower_contrast(image);
    case Corruption::jpeg:
      return through_jpeg(image);
  }
}

}  // namespace decant::evaluate
