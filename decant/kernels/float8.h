// Floats of one byte, to float32: exact, the same values on every machine.
//
//   e4m3fn  sign, 4 bits of exponent (bias 7), 3 of fraction; no infinity: 0x7f and 0xff are NaN and
//           all else a number, 448 the largest
//   e5m2    sign, 5 bits of exponent (bias 15), 2 of fraction: the upper byte of a binary16
//
//     P. Micikevicius et al., "FP8 formats for deep learning", arXiv:2209.05433; the names are those
//     of ml_dtypes and PyTorch.
#pragma once

#include <cstdint>

namespace decant {

float e4m3fn_to_float(uint8_t value);
float e5m2_to_float(uint8_t value);

}  // namespace decant
