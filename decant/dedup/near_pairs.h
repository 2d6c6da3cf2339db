// All pairs of rows that point nearly the same way, exactly.
//
//   cos(x, y) = ⟨x, y⟩ / √(⟨x, x⟩·⟨y, y⟩)  ≥  threshold
//
// with the canonical ⟨·,·⟩ of kernels/dot.h, so the pairs and their similarities are the same on
// every machine and for any number of threads. Equal rows have a similarity of exactly 1. A row of
// zeros has no direction and is in no pair.
//
// Products of matrices in float32 only exclude (sketch.h): whatever they cannot rule out is
// measured. They are taken tile by tile, so there is never an n × n array.
//
// Cost: n² · w flops of products, where w is the width of the sketch: 17 to 129 for features whose
// leading directions say enough to tell rows apart at the threshold, else all d columns. Memory: n
// · (4w + 8) bytes, 24 bytes per pair and about 2 MB per thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"

namespace decant {

struct NearPair {
  int64_t row = 0;
  int64_t other = 0;  ///< > row
  double similarity = 0;
  bool operator==(const NearPair&) const = default;
};

/// How many pairs are held before near_pairs() gives up: half a gigabyte of them, which is
/// copied once.
inline constexpr int64_t kMostPairs = 20'000'000;

/// In ascending order of (row, other). `rows`: row numbers of the features, ascending, distinct.
/// Throws InputError for more than `most` pairs. REQUIRES: finite rows. Progress: stage "near
/// pairs".
std::vector<NearPair> near_pairs(const Features& features, std::span<const int64_t> rows, double threshold, const Context& context,
                                 int64_t most = kMostPairs);

class Sketch;

/// The same by a sketch of these rows, for `threshold`; one that is at hand.
std::vector<NearPair> near_pairs(const Features& features, std::span<const int64_t> rows, const Sketch& sketch, double threshold,
                                 const Context& context, int64_t most);

inline constexpr const char* kTooManyRemedy = "Raise --threshold and --floor, or give --features that tell the rows apart";

/// The definition, every pair measured.
std::vector<NearPair> near_pairs_plain(const Features& features, std::span<const int64_t> rows, double threshold);

}  // namespace decant
