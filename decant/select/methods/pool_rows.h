// The rows of one pool as methods that compare them see them: side by side, with their norms, and scaled to length 1 for matrix products.
//
// The canonical cosine decides, the product only excludes:
//
//   cos(i, j) = (r_i·r_j)·dot(x_i, x_j)      float64, every operation rounded as written (kernels/dot.h)
//   r_i       = 1/√dot(x_i, x_i), 0 for a zero row: its cosine with everything, itself included, is 0
//
// The same bits on every machine and for (j, i). unit() has fl32(r_i·x_i); a float32 product of two of its rows, added in whatever
// order, differs from the canonical cosine by at most error() = 1.1·(d + 8)·2⁻²⁴ and underflow.
//
// Memory: 4·n·d bytes for unit(), and as much again for features that are no aligned float32.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/huge_array.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"

namespace decant {

/// Rows are named by their place in the pool, 0…size−1. Safe to read from several threads; what `features` view must outlive it.
class PoolRows {
 public:
  /// REQUIRES: finite rows.
  PoolRows(const Features& features, std::span<const int64_t> rows, const Context& context);

  int64_t size() const { return static_cast<int64_t>(lines_.size()); }
  int64_t width() const { return width_; }
  std::span<const float> row(int64_t place) const { return {lines_[static_cast<size_t>(place)], static_cast<size_t>(width_)}; }
  double scale(int64_t place) const { return scales_[static_cast<size_t>(place)]; }  ///< r_i

  /// The place as the float64 query that cosines() takes.
  std::vector<double> query(int64_t place) const;
  /// cos(first + k, place) for every k of `out`; `query` is query(place).
  void cosines(int64_t place, std::span<const double> query, int64_t first, std::span<double> out) const;
  /// The same for some places.
  void cosines(int64_t place, std::span<const double> query, std::span<const int32_t> places, std::span<double> out) const;

  MatrixView<const float> unit() const { return {unit_.data(), size(), width_}; }
  double error() const;

 private:
  int64_t width_;
  HugeArray<float> copy_;
  HugeArray<float> unit_;
  std::vector<const float*> lines_;
  std::vector<double> scales_;
};

}  // namespace decant
