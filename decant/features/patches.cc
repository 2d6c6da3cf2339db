#include "decant/features/patches.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/kernels/resize.h"

namespace decant::features {
namespace {

constexpr float kFlat = 10;

void convert_channels(std::span<const uint8_t> in, int in_channels, std::span<uint8_t> out) {
  const size_t pixels = in.size() / static_cast<size_t>(in_channels);
  for (size_t i = 0; i < pixels; ++i) {
    if (in_channels == 1) {
      std::fill_n(&out[3 * i], 3, in[i]);
    } else {
      out[i] = static_cast<uint8_t>((299 * in[3 * i] + 587 * in[3 * i + 1] + 114 * in[3 * i + 2] + 500) / 1000);
    }
  }
}

/// One patch; `in` is its corner, `step` the bytes from one picture row to the next.
void normalise(const uint8_t* in, size_t step, size_t rows, size_t row_values, float* out) {
  int sum = 0, squares = 0;  // at most 3·64² values: 12,288 · 255² < 2³¹
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < row_values; ++x) {
      const int u = in[y * step + x];
      sum += u;
      squares += u * u;
    }
  }
  const auto n = static_cast<double>(rows * row_values);
  const double mean = sum / n;
  const double variance = std::max(0.0, squares / n - mean * mean);
  const auto shift = static_cast<float>(mean);
  const auto scale = static_cast<float>(1 / std::sqrt(variance + static_cast<double>(kFlat)));
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < row_values; ++x) out[y * row_values + x] = (static_cast<float>(in[y * step + x]) - shift) * scale;
  }
}

}  // namespace

void to_square(ImageView image, const PatchGrid& grid, std::vector<uint8_t>& square) {
  const ImageSize size = image.size;
  square.resize(static_cast<size_t>(grid.picture_values()));
  if (size.channels == grid.channels) {
    resize_bilinear(image.data, size.width, size.height, size.channels, square.data(), grid.side, grid.side);
    return;
  }
  std::vector<uint8_t> small(static_cast<size_t>(grid.side * grid.side * size.channels));
  resize_bilinear(image.data, size.width, size.height, size.channels, small.data(), grid.side, grid.side);
  convert_channels(small, size.channels, square);
}

void normalised_patches(std::span<const uint8_t> square, const PatchGrid& grid, PatchRange range, MatrixView<float> out) {
  DECANT_CHECK(int64_t{range.count()}, ==, out.rows);
  DECANT_CHECK(int64_t{grid.values()}, ==, out.cols);
  const auto patch = static_cast<size_t>(grid.patch);
  const auto channels = static_cast<size_t>(grid.channels);
  const size_t step = static_cast<size_t>(grid.side) * channels;
  int64_t row = 0;
  for (int y = range.top; y < range.bottom; ++y) {
    for (int x = range.left; x < range.right; ++x) {
      const size_t corner = static_cast<size_t>(y * grid.stride) * step + static_cast<size_t>(x * grid.stride) * channels;
      normalise(square.data() + corner, step, patch, patch * channels, out[row++].data());
    }
  }
}

}  // namespace decant::features
