#include "decant/kernels/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr int kBits = 32 - 8 - 2;  // 8 for the pixel, 2 to spare: the sum of weight · pixel stays below 2³¹
constexpr int32_t kHalf = 1 << (kBits - 1);

/// The weights of one dimension: output i is the sum over t < count[i] of weight[i · taps + t] ·
/// input[first[i] + t].
struct Filter {
  int taps = 0;
  std::vector<int> first;
  std::vector<int> count;
  std::vector<double> exact;
  std::vector<int32_t> weight;
};

Filter triangle_filter(int in, int out) {
  const double scale = static_cast<double>(in) / out;
  const double support = std::max(1.0, scale);
  Filter f;
  f.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  const auto cells = static_cast<size_t>(out) * static_cast<size_t>(f.taps);
  f.exact.resize(cells);
  f.weight.resize(cells);
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int count = std::min(in, static_cast<int>(centre + support + 0.5)) - first;
    double* exact = f.exact.data() + static_cast<size_t>(i) * static_cast<size_t>(f.taps);
    double sum = 0;
    for (int t = 0; t < count; ++t) {
      exact[t] = std::max(0.0, 1.0 - std::abs((t + first - centre + 0.5) * (1.0 / support)));
      sum += exact[t];
    }
    for (int t = 0; t < count; ++t) exact[t] /= sum;
    f.first.push_back(first);
    f.count.push_back(count);
  }
  for (size_t i = 0; i < cells; ++i) f.weight[i] = static_cast<int32_t>(0.5 + f.exact[i] * (1 << kBits));
  return f;
}

uint8_t to_byte(int32_t sum) {
  return static_cast<uint8_t>(std::min(sum >> kBits, 255));
}

template <int channels>
void filter_row(const uint8_t* in, const Filter& f, uint8_t* out) {
  const auto width = f.first.size();
  for (size_t x = 0; x < width; ++x) {
    const uint8_t* pixel = in + f.first[x] * channels;
    const int32_t* weight = f.weight.data() + x * static_cast<size_t>(f.taps);
    int32_t sum[channels];
    std::fill_n(sum, channels, kHalf);
    for (int t = 0; t < f.count[x]; ++t) {
      for (int c = 0; c < channels; ++c) sum[c] += weight[t] * pixel[t * channels + c];
    }
    for (int c = 0; c < channels; ++c) out[x * channels + static_cast<size_t>(c)] = to_byte(sum[c]);
  }
}

void filter_columns(const uint8_t* in, size_t row_bytes, const Filter& f, uint8_t* out) {
  std::vector<int32_t> sum(row_bytes);
  for (size_t y = 0; y < f.first.size(); ++y) {
    std::fill(sum.begin(), sum.end(), kHalf);
    const int32_t* weight = f.weight.data() + y * static_cast<size_t>(f.taps);
    for (int t = 0; t < f.count[y]; ++t) {
      const uint8_t* row = in + static_cast<size_t>(f.first[y] + t) * row_bytes;
      for (size_t x = 0; x < row_bytes; ++x) sum[x] += weight[t] * row[x];
    }
    uint8_t* to = out + y * row_bytes;
    for (size_t x = 0; x < row_bytes; ++x) to[x] = to_byte(sum[x]);
  }
}

void check_sizes(int width, int height, int channels, int out_width, int out_height) {
  DECANT_CHECK(width, >, 0);
  DECANT_CHECK(height, >, 0);
  DECANT_CHECK(out_width, >, 0);
  DECANT_CHECK(out_height, >, 0);
  DECANT_CHECK((channels - 1) * (channels - 3), ==, 0);
}

}  // namespace

void resize_bilinear(const uint8_t* in, int width, int height, int channels, uint8_t* out, int out_width, int out_height) {
  check_sizes(width, height, channels, out_width, out_height);
  const size_t in_bytes = static_cast<size_t>(width) * static_cast<size_t>(channels);
  const size_t row_bytes = static_cast<size_t>(out_width) * static_cast<size_t>(channels);
  const auto rows = static_cast<size_t>(height);

  std::vector<uint8_t> narrow;
  if (width != out_width) {
    const Filter f = triangle_filter(width, out_width);
    narrow.resize(rows * row_bytes);
    const auto filter = channels == 1 ? filter_row<1> : filter_row<3>;
    for (size_t y = 0; y < rows; ++y) filter(in + y * in_bytes, f, narrow.data() + y * row_bytes);
    in = narrow.data();
  }
  if (height != out_height) {
    filter_columns(in, row_bytes, triangle_filter(height, out_height), out);
  } else {
    std::memcpy(out, in, rows * row_bytes);
  }
}

namespace reference {

void resize_bilinear(const uint8_t* in, int width, int height, int channels, uint8_t* out, int out_width, int out_height) {
  check_sizes(width, height, channels, out_width, out_height);
  const Filter fx = triangle_filter(width, out_width);
  const Filter fy = triangle_filter(height, out_height);
  const auto weight = [](const Filter& f, int i, int t) { return f.exact[static_cast<size_t>(i * f.taps + t)]; };
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x) {
      const auto uy = static_cast<size_t>(y), ux = static_cast<size_t>(x);
      for (int c = 0; c < channels; ++c) {
        double sum = 0;
        for (int v = 0; v < fy.count[uy]; ++v) {
          const int64_t row = int64_t{fy.first[uy] + v} * width;
          for (int u = 0; u < fx.count[ux]; ++u) {
            sum += weight(fy, y, v) * weight(fx, x, u) * in[(row + fx.first[ux] + u) * channels + c];
          }
        }
        out[(int64_t{y} * out_width + x) * channels + c] = static_cast<uint8_t>(sum + 0.5);
      }
    }
  }
}

}  // namespace reference
}  // namespace decant
