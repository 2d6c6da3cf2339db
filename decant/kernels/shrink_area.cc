#include "decant/kernels/shrink_area.h"

#include <algorithm>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// The pieces that input pixel i gives to output pixel j, where the input's `in` pixels are cut
/// into `out` pieces each and an output pixel takes `in` of them.
int64_t pieces(int64_t i, int64_t j, int64_t in, int64_t out) {
  return std::min((i + 1) * out, (j + 1) * in) - std::max(i * out, j * in);
}

/// One row, summed: sum[x · channels + c] is what output pixel x takes of it, each value by its
/// pieces.
template <int channels>
void sum_pieces(const uint8_t* in, int width, uint32_t* sum, int out_width) {
  for (int x = 0; x < out_width; ++x, sum += channels) {
    const int64_t begin = int64_t{x} * width;
    const auto first = static_cast<int>(begin / out_width);
    const auto last = static_cast<int>((begin + width - 1) / out_width);  // inclusive
    std::fill_n(sum, channels, 0U);
    for (int i = first + 1; i < last; ++i) {
      for (int c = 0; c < channels; ++c) sum[c] += in[i * channels + c];
    }
    for (int c = 0; c < channels; ++c) sum[c] *= static_cast<uint32_t>(out_width);
    const auto add = [&](int i) {
      const auto weight = static_cast<uint32_t>(pieces(i, x, width, out_width));
      for (int c = 0; c < channels; ++c) sum[c] += weight * in[i * channels + c];
    };
    add(first);
    if (last > first) add(last);
  }
}

template <int channels>
void shrink_by_area(const PixelBlock& in, uint8_t* out, int64_t stride, int out_width, int out_height) {
  const size_t values = static_cast<size_t>(out_width) * channels;
  std::vector<uint32_t> row(values);
  std::vector<uint64_t> total(values);
  const uint64_t area = static_cast<uint64_t>(in.width) * static_cast<uint64_t>(in.height);
  int summed = -1;  // the input row that `row` holds
  for (int y = 0; y < out_height; ++y) {
    std::ranges::fill(total, uint64_t{0});
    const int64_t begin = int64_t{y} * in.height;
    for (int64_t i = begin / out_height; i * out_height < begin + in.height; ++i) {
      if (summed != i) sum_pieces<channels>(in.data + i * in.stride, in.width, row.data(), out_width);
      summed = static_cast<int>(i);
      const auto weight = static_cast<uint64_t>(pieces(i, y, in.height, out_height));
      for (size_t v = 0; v < values; ++v) total[v] += weight * row[v];
    }
    uint8_t* const to = out + y * stride;
    for (size_t v = 0; v < values; ++v) to[v] = static_cast<uint8_t>((2 * total[v] + area) / (2 * area));
  }
}

void copy_block(const PixelBlock& in, uint8_t* out, int64_t stride) {
  for (int y = 0; y < in.height; ++y) std::copy_n(in.data + y * in.stride, int64_t{in.width} * in.channels, out + y * stride);
}

void require_smaller(const PixelBlock& in, int out_width, int out_height) {
  DECANT_CHECK(out_width, >=, 1);
  DECANT_CHECK(out_height, >=, 1);
  DECANT_CHECK(out_width, <=, in.width);
  DECANT_CHECK(out_height, <=, in.height);
  DECANT_CHECK(in.width, <, 1 << 24);
}

}  // namespace

void shrink_area(const PixelBlock& in, uint8_t* out, int64_t stride, int out_width, int out_height) {
  require_smaller(in, out_width, out_height);
  if (out_width == in.width && out_height == in.height) return copy_block(in, out, stride);
  in.channels == 1 ? shrink_by_area<1>(in, out, stride, out_width, out_height) : shrink_by_area<3>(in, out, stride, out_width, out_height);
}

namespace reference {

void shrink_area(const PixelBlock& in, uint8_t* out, int64_t stride, int out_width, int out_height) {
  const auto area = static_cast<uint64_t>(in.width) * static_cast<uint64_t>(in.height);
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x) {
      for (int c = 0; c < in.channels; ++c) {
        uint64_t sum = 0;
        for (int v = 0; v < in.height; ++v) {
          for (int u = 0; u < in.width; ++u) {
            const int64_t across = std::max<int64_t>(0, pieces(u, x, in.width, out_width));
            const int64_t down = std::max<int64_t>(0, pieces(v, y, in.height, out_height));
            sum += static_cast<uint64_t>(across * down) * in.data[v * in.stride + u * in.channels + c];
          }
        }
        out[y * stride + x * in.channels + c] = static_cast<uint8_t>((2 * sum + area) / (2 * area));
      }
    }
  }
}

}  // namespace reference

}  // namespace decant
