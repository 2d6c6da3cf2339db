// How the labels of one view become bits (docs/formats/view-labels.md has a worked example).
//
//     spread    float16: how far the least of the stored logits lies below the largest, which is 0
//     classes   which classes are stored: nothing where all are; else the number of each in
//               ⌈log₂ classes⌉ bits, ascending, or one bit for every class where that is shorter
//     logits    one code c of `bits` bits for each, in that order: −spread · (1 − c / (2^bits − 1))
//
// Where only the `top` likeliest are stored, the others share what is left: each has the logit
// −spread, which is the logarithm of their mean probability. So the probabilities of all classes
// keep their sum, at temperature 1 exactly but for rounding.
//
// With 32 bits nothing is rounded: there is no spread, logits are float32, and one more is that of
// the others.
//
// Bits are counted from the lowest of the first byte. Sizes at 4 bits: ten classes, all of them, 7
// bytes; the 50 likeliest of 1,000, 89.5; the ten likeliest, 19.5.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/file.h"

namespace decant {

struct ViewShape {
  int64_t classes = 0;
  int bits = 4;     ///< of a logit: 1 to 16, or 32
  int64_t top = 0;  ///< classes that are stored of each view, 1 to `classes`

  bool exact() const { return bits == 32; }
  bool stores_all() const { return top == classes; }
};

/// Bits of a view.
int64_t bits_of_view(const ViewShape& shape);

/// Writes the labels of one view at bit `at` of `out`, which holds zeros there. `logits`: of every
/// class, finite; a constant may be added to all of them. REQUIRES: room.
void encode_view(const ViewShape& shape, std::span<const float> logits, int64_t at, std::span<std::byte> out);

/// What encode_view() wrote: of every class, the largest 0. REQUIRES: bits of a sound view.
void decode_view(const ViewShape& shape, Bytes bytes, int64_t at, std::span<float> logits);

/// What is wrong with such bits: "names class 12 of 10"; empty for a sound view.
std::string fault_of_view(const ViewShape& shape, Bytes bytes, int64_t at);

}  // namespace decant
