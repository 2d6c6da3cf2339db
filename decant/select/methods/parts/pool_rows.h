// The rows of one pool as methods that compare them see them: with their norms, and scaled to
// length 1 for matrix products.
//
// The canonical cosine decides, the product only excludes:
//
//   cos(i, j) = (r_i·r_j)·dot(x_i, x_j)      float64, every operation rounded as written (kernels/dot.h)
//   r_i       = 1/√dot(x_i, x_i), 0 for a zero row: its cosine with everything, itself included, is 0
//
// The same bits on every machine and for (j, i). UnitRows has fl32(r_i·x_i); a float32 product of
// two of its rows, added in whatever order, differs from the canonical cosine by at most
// cosine_error() = 1.1·(d + 8)·2⁻²⁴ and underflow.
//
// Memory: 24 bytes per row, and 4·n·d for features that are no aligned float32; UnitRows 4·n·d.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/huge_array.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"

namespace decant {

/// Rows are named by their place in the pool, 0…size−1. Safe to read from several threads; what
/// `features` view must outlive it.
class PoolRows {
 public:
  /// REQUIRES: finite rows.
  PoolRows(const Features& features, std::span<const int64_t> rows, const Context& context);

  int64_t size() const { return static_cast<int64_t>(lines_.size()); }
  int64_t width() const { return width_; }
  std::span<const float> row(int64_t place) const { return {lines_[static_cast<size_t>(place)], static_cast<size_t>(width_)}; }
  double scale(int64_t place) const { return scales_[static_cast<size_t>(place)]; }     ///< r_i
  double squared(int64_t place) const { return squares_[static_cast<size_t>(place)]; }  ///< dot(x_i, x_i)

  /// The place as the float64 query that cosines() takes.
  std::vector<double> query(int64_t place) const;
  /// dot(x of first + k, query) for every k of `out`.
  void dots(std::span<const double> query, int64_t first, std::span<double> out) const;
  /// cos(first + k, place) for every k of `out`; `query` is query(place).
  void cosines(int64_t place, std::span<const double> query, int64_t first, std::span<double> out) const;
  /// The same for some places.
  void cosines(int64_t place, std::span<const double> query, std::span<const int32_t> places, std::span<double> out) const;

 private:
  int64_t width_;
  HugeArray<float> copy_;
  std::vector<const float*> lines_;
  std::vector<double> squares_;
  std::vector<double> scales_;
};

/// The rows at length 1, side by side.
class UnitRows {
 public:
  UnitRows(const PoolRows& rows, const Context& context);
  MatrixView<const float> view() const { return {values_.data(), count_, width_}; }
  /// Some of them.
  Matrix<float> gather(std::span<const int32_t> places) const;

 private:
  HugeArray<float> values_;
  int64_t count_;
  int64_t width_;
};

double cosine_error(int64_t width);

}  // namespace decant
