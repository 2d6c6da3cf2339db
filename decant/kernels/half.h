// IEEE 754 binary16 and float32: to the wider exact, to the narrower rounded; the same values on
// every machine.
//
// A half is sign, 5 bits of exponent (bias 15), 10 of fraction. Zeros keep their sign, subnormals
// (fraction · 2⁻²⁴) become normal numbers, infinities stay, and a NaN stays a NaN (its payload may
// change).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace decant {

/// `halves` holds values.size() halves, little-endian; it need not be aligned. Some 0.1 ns per
/// value in L1 where the processor converts (F16C), 0.5 ns elsewhere. REQUIRES: halves.size() =
/// 2·values.size(); no overlap.
void halves_to_floats(std::span<const std::byte> halves, std::span<float> values);

/// The definition, one value.
float half_to_float(uint16_t half);

/// The nearest half, ties to the even one; beyond the largest (65,504) infinity. A NaN becomes the
/// quiet NaN 0x7e00.
uint16_t float_to_half(float value);

}  // namespace decant
