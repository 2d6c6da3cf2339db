// Resizing of 8-bit pictures with the antialiased triangle filter, the one that PyTorch users know
// as Pillow's BILINEAR.
//
// Output pixel i looks at the input around c = (i + ½)·s, s = in / out, with weights
//     w(x) ∝ max(0, 1 − |x + ½ − c| / max(1, s)),
// cut off at the border and scaled to sum 1. Enlarging, this is bilinear interpolation; shrinking,
// the triangle widens with s, so that every input pixel counts and fine patterns do not alias.
//
// The trap is rounding: weights in 22-bit fixed point, columns first, the intermediate picture
// rounded to 8 bits, halves up. With all four of them as in Pillow's src/libImaging/Resample.c, the
// result is Pillow's byte for byte (compared with 11.3 and 12.0; Pillow 13 filters rows first where
// that is cheaper and then differs by one here and there). A dimension that keeps its size is not
// filtered.
#pragma once

#include <cstdint>

namespace decant {

/// `in`: height × width × channels interleaved; `out`: out_height × out_width × channels, no
/// overlap with `in`. `channels`: 1 or 3. REQUIRES: all sizes > 0. Cost: about (2·height·max(width,
/// out_width) + 2·out_width·max(height, out_height))·channels multiplications; allocates out_width
/// × height × channels bytes.
void resize_bilinear(const uint8_t* in, int width, int height, int channels, uint8_t* out, int out_width, int out_height);

namespace reference {
/// The formula in double precision, one rounding at the end; within 1 of resize_bilinear. The
/// tests' oracle, slow.
void resize_bilinear(const uint8_t* in, int width, int height, int channels, uint8_t* out, int out_width, int out_height);
}  // namespace reference

}  // namespace decant
