#include "decant/formats/image/jpeg_blocks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>

namespace decant::image_codec {

namespace {

constexpr int kSide = DCTSIZE;
constexpr int kMostAc = 1023;  // what a Huffman-coded JPEG of 8 bits can hold

void drop_cell(BlockPlane& plane, const PatchRect& units) {
  const int right = std::min(units.right * plane.unit_across, plane.across);
  const int bottom = std::min(units.bottom * plane.unit_down, static_cast<int>(plane.rows.size()));
  for (int y = units.top * plane.unit_down; y < bottom; ++y) {
    for (int x = units.left * plane.unit_across; x < right; ++x)
      std::memset(plane.rows[static_cast<size_t>(y)][x] + 1, 0, (DCTSIZE2 - 1) * sizeof(JCOEF));
  }
}

JCOEF nearest_multiple(int value, int step) {
  const int half = value < 0 ? -step / 2 : step / 2;
  return static_cast<JCOEF>((value + half) / step);
}

/// (n, n), row k: the orthonormal DCT's basis function of frequency k.
class DctMatrix {
 public:
  explicit DctMatrix(int n) : n_(n) {
    for (int k = 0; k < n; ++k) {
      const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / n);
      for (int i = 0; i < n; ++i) at_[k][i] = scale * std::cos(std::numbers::pi * (2 * i + 1) * k / (2.0 * n));
    }
  }
  int size() const { return n_; }
  double operator()(int k, int i) const { return at_[k][i]; }

 private:
  int n_;
  double at_[kSide][kSide] = {};
};

/// n × n values in a square of 8 × 8.
struct Square {
  double at[kSide][kSide] = {};
};

/// Cᵀ · F · C.
Square samples_of(const Square& frequencies, const DctMatrix& dct) {
  const int n = dct.size();
  Square half;
  Square samples;
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      for (int k = 0; k < n; ++k) half.at[y][x] += frequencies.at[y][k] * dct(k, x);
    }
  }
  for (int y = 0; y < n; ++y) {
    for (int k = 0; k < n; ++k) {
      for (int x = 0; x < n; ++x) samples.at[y][x] += dct(k, y) * half.at[k][x];
    }
  }
  return samples;
}

/// C · X · Cᵀ.
Square frequencies_of(const Square& samples, const DctMatrix& dct) {
  const int n = dct.size();
  Square half;
  Square frequencies;
  for (int y = 0; y < n; ++y) {
    for (int k = 0; k < n; ++k) {
      for (int x = 0; x < n; ++x) half.at[y][k] += samples.at[y][x] * dct(k, x);
    }
  }
  for (int k = 0; k < n; ++k) {
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) frequencies.at[k][x] += dct(k, y) * half.at[y][x];
    }
  }
  return frequencies;
}

struct Samples {
  int width = 0;
  int height = 0;
  std::vector<double> values;

  double& at(int x, int y) { return values[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)]; }
  double edged(int x, int y) { return at(std::min(x, width - 1), std::min(y, height - 1)); }
};

void decode_block(const JCOEF* block, const QuantSteps& steps, const DctMatrix& dct, int left, int top, Samples& out) {
  const int n = dct.size();
  Square frequencies;
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      const int i = y * kSide + x;
      frequencies.at[y][x] = static_cast<double>(block[i]) * steps[static_cast<size_t>(i)] * n / kSide;
    }
  }
  const Square samples = samples_of(frequencies, dct);
  for (int y = 0; y < n; ++y) std::copy_n(samples.at[y], n, &out.at(left, top + y));
}

void encode_block(Samples& samples, int left, int top, const DctMatrix& dct, const QuantSteps& steps, JCOEF* block) {
  Square square;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) square.at[y][x] = samples.edged(left + x, top + y);
  }
  const Square frequencies = frequencies_of(square, dct);
  for (int i = 0; i < DCTSIZE2; ++i) {
    const double multiple = std::round(frequencies.at[i / kSide][i % kSide] / steps[static_cast<size_t>(i)]);
    block[i] = static_cast<JCOEF>(std::clamp(multiple, -1.0 * kMostAc, 1.0 * kMostAc));
  }
}

}  // namespace

void add_detail_bits(const BlockPlane& plane, const PatchGrid& grid, std::vector<float>& bits) {
  constexpr int kPlaceBits = 4;
  for (size_t y = 0; y < plane.rows.size(); ++y) {
    for (int x = 0; x < plane.across; ++x) {
      int sum = 0;
      for (int k = 1; k < DCTSIZE2; ++k) {
        const auto magnitude = static_cast<unsigned>(std::abs(plane.rows[y][x][k]));
        if (magnitude > 0) sum += kPlaceBits + static_cast<int>(std::bit_width(magnitude));
      }
      bits[static_cast<size_t>(grid.cell_of(x / plane.unit_across, static_cast<int>(y) / plane.unit_down))] += static_cast<float>(sum);
    }
  }
}

void drop_cells(BlockPlane& plane, const PatchMask& mask) {
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (!mask.kept[static_cast<size_t>(cell)]) drop_cell(plane, mask.grid.units(cell));
  }
}

void requantise(BlockPlane& plane, const QuantSteps& from, const QuantSteps& to) {
  for (const JBLOCKROW row : plane.rows) {
    for (int x = 0; x < plane.across; ++x) {
      for (size_t i = 0; i < DCTSIZE2; ++i) row[x][i] = nearest_multiple(row[x][i] * from[i], to[i]);
    }
  }
}

void scale_blocks(const BlockPlane& from, const QuantSteps& from_steps, int eighths, BlockPlane& to, const QuantSteps& to_steps) {
  const DctMatrix small(eighths);
  const DctMatrix full(kSide);
  Samples samples{from.across * eighths, static_cast<int>(from.rows.size()) * eighths, {}};
  samples.values.resize(static_cast<size_t>(samples.width) * static_cast<size_t>(samples.height));
  for (int y = 0; y < static_cast<int>(from.rows.size()); ++y) {
    for (int x = 0; x < from.across; ++x)
      decode_block(from.rows[static_cast<size_t>(y)][x], from_steps, small, x * eighths, y * eighths, samples);
  }
  for (int y = 0; y < static_cast<int>(to.rows.size()); ++y) {
    for (int x = 0; x < to.across; ++x) encode_block(samples, x * kSide, y * kSide, full, to_steps, to.rows[static_cast<size_t>(y)][x]);
  }
}

}  // namespace decant::image_codec
