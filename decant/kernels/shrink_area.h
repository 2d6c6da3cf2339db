// Shrinking of 8-bit pictures by exact area averages.
//
// Output pixel (x, y) covers the rectangle [x·s, (x+1)·s) × [y·t, (y+1)·t) of the input, s = width
// / out_width, t = height / out_height, and is the mean of the input over it: every input pixel
// counts by the share of it that lies inside. All weights are integers (an input pixel is cut into
// out_width · out_height pieces), so the mean is exact and is rounded once, halves up: the same
// bytes on every machine. Resizers that filter by a triangle (resize.h) look past the rectangle and
// so blur a little more; this one keeps what a sensor of so many pixels would have seen.
#pragma once

#include <cstdint>

namespace decant {

/// Interleaved pixels of which rows may lie apart: a part of a picture.
struct PixelBlock {
  const uint8_t* data = nullptr;
  int64_t stride = 0;  ///< bytes from one row to the next
  int width = 0;
  int height = 0;
  int channels = 0;
};

/// `out`: out_height rows of out_width pixels, `stride` bytes apart, no overlap with `in`.
/// REQUIRES: 1 ≤ out_width ≤ in.width, 1 ≤ out_height ≤ in.height; fewer than 2^24 pixels across
/// and 2^32 in all. A dimension that keeps its size is copied. Cost: about two additions for each
/// value of the input; allocates out_width · channels numbers.
void shrink_area(const PixelBlock& in, uint8_t* out, int64_t stride, int out_width, int out_height);

namespace reference {
/// The formula, pixel by pixel. The tests' oracle, slow.
void shrink_area(const PixelBlock& in, uint8_t* out, int64_t stride, int out_width, int out_height);
}  // namespace reference

}  // namespace decant
