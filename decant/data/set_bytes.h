// What a small set takes, by what its files are for. A teacher is none of it: what it said is
// stored, and it is asked no more when the set is trained on.
#pragma once

#include <cstdint>

namespace decant {

struct SetBytes {
  int64_t pictures = 0;  ///< with tables of what lies where in them
  int64_t labels = 0;    ///< what rows teach besides their classes
  int64_t decoder = 0;   ///< what pictures were made of and is stored besides: bases, decoders

  int64_t sum() const { return pictures + labels + decoder; }
  bool operator==(const SetBytes&) const = default;
};

}  // namespace decant
