// Short rows whose products are upper bounds of cosines.
//
// Let x' be x scaled to length 1. For any k orthonormal directions V, with h = V·x' and ρ = √(1 −
// ‖h‖²), the length of what V misses, Cauchy and Schwarz give
//
//   cos(x, y) = ⟨h_x, h_y⟩ + ⟨rest_x, rest_y⟩  ≤  ⟨h_x, h_y⟩ + ρ_x·ρ_y  =  ⟨(h_x, ρ_x), (h_y, ρ_y)⟩
//
// so one product of k + 1 columns can rule out a pair that would take d. V are the leading
// eigenvectors of the second moments of some rows. Which V is taken decides how much is ruled out
// and never what is found; so does k, which is picked by what a few pairs of rows would cost. Where
// no V pays, the sketch is x' itself.
//
// Numbers are rounded; slack() is what that can do to a product, all told. With u = 2⁻²⁴, E = ‖VVᵀ
// − I‖ and η = 1.1·√k·(d + 4)·u, how far h may be from V·x':
//
//   ‖x' − Vᵀh‖² ≤ ‖x'‖² − ‖h‖² + 2.1η + 1.1E         goes into ρ
//   ⟨Vᵀh_x, rest_y⟩ + ⟨rest_x, Vᵀh_y⟩ ≤ 2.1η + 2.1E, ⟨h_x, (VVᵀ − I)·h_y⟩ ≤ 1.1E
//   the product itself, and x' rounded to float32: 1.1·(columns + 8)·u
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"

namespace decant {

class Sketch {
 public:
  /// Of `rows` of the features, which must outlive the sketch; for pairs at `threshold` or above.
  Sketch(const Features& features, std::span<const int64_t> rows, double threshold, const Context& context);

  /// Of some places of another, in the same directions. `rows`: theirs; must outlive the sketch.
  Sketch(const Sketch& whole, std::span<const int32_t> places, std::span<const int64_t> rows);

  int64_t count() const { return static_cast<int64_t>(rows_.size()); }
  int64_t width() const { return short_.rows() > 0 ? short_.cols() : features_.width(); }
  /// cos ≤ product + slack(), for the product of two rows in float32, in whatever order it is
  /// summed.
  double slack() const { return slack_; }
  /// Places [begin, end); in `scratch`, which is made large enough, where they are not kept.
  MatrixView<const float> tile(int64_t begin, int64_t end, Matrix<float>& scratch) const;
  /// ⟨x, x⟩ of a place.
  double square(int64_t place) const { return squares_[static_cast<size_t>(place)]; }

 private:
  void fill_unit(int64_t begin, int64_t end, MatrixView<float> out) const;
  void measure(const Context& context);
  void shorten(double threshold, const Context& context);
  void project(MatrixView<const float> directions, double missed, const Context& context);

  const Features& features_;
  std::span<const int64_t> rows_;
  std::vector<double> squares_;
  Matrix<float> short_;  ///< (h, ρ) of every place; empty: x' itself
  double slack_ = 0;
};

}  // namespace decant
