// What a set's bytes are worth: how many bytes of random rows teach as much. A set of ten pictures
// a class that is ahead of ten random rows a class may still lose to what a JPEG encoder makes of
// its bytes; this is the number that says so.
//
//     w(b) = max { mean(R) : R random rows of at most b bytes }
//
// over the cells of sets named "random" or "random+…", without labels of a teacher, whose bytes are
// known, of one net and metric.
// Between two sizes w is taken to be linear in ln b, so the answer is the b at which it meets the
// set's mean. It stops at the sizes that were measured: nothing is extrapolated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/evidence.h"

namespace decant {

struct EqualBytes {
  /// Whether the bytes lie between two sizes that were measured, or those are a bound.
  enum class Bound { exact, at_most, more_than };

  std::string net;
  std::string set;
  size_t metric = 0;  ///< which of Evidence::metrics
  int64_t own = 0;    ///< bytes of the set
  double random = 0;  ///< bytes of random rows that teach as much, with `bound`
  Bound bound = Bound::exact;

  std::string text() const;  ///< "at most 61.7 kB"
};

/// Of every set whose bytes are known but for random rows themselves and "full", in the order of
/// the cells, by metrics of all classes. Nothing for a net without random rows of known bytes.
std::vector<EqualBytes> equal_bytes(const Evidence& evidence);

}  // namespace decant
