// From what a network says of the centre square of a picture to a map of the whole picture.
//
// loader::fit_picture shows a network the centre square of a picture of W × H pixels, q = min(W, H)
// on a side. Along each axis map cell i covers [i, i + 1] / side of the picture; [a, b] is the part
// of that inside the square, measured in the n values that the network gives along it. The cell
// gets the triangle-filtered value at the middle of that part (kernels/resize.h: bilinear when
// enlarging, a wider triangle when shrinking),
//     w(j) ∝ max(0, 1 − |j + ½ − (a + b) / 2| / max(1, b − a)),   Σ w(j) = 1,
// times the part of the cell that is inside. What is outside is never seen in training and counts
// nothing: of a 2:1 picture the outer halves are 0.
#pragma once

#include <span>
#include <vector>

#include "decant/base/matrix.h"
#include "decant/data/image.h"

namespace decant::patches {

/// Where map cells lie in the centre square, along one axis.
class SquareAxis {
 public:
  /// `pixels` of the picture along this axis, `square` = the shorter side of it.
  SquareAxis(int pixels, int square, int side);

  /// The part of cell i that the network sees, as fractions of the square's side; begin = end where
  /// it sees nothing of it.
  struct Part {
    double begin, end;
    double share;  ///< of the cell, 0 … 1
  };
  Part part(int cell) const;

  /// (side, n): the weights above, times the part inside.
  Matrix<double> weights(int n) const;

 private:
  int pixels_, square_, side_;
};

/// `seen`: (height, width) values over the centre square of a picture of that size. `out`: side²
/// values. REQUIRES: both sides of `seen` ≥ 1.
void spread_square(MatrixView<const float> seen, ImageSize picture, int side, std::span<float> out);

}  // namespace decant::patches
