// Two filters of the greedy engine: they exclude rows cheaply and never decide anything by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace decant {

/// What is known of every row at a reference query. All of one length; `squared` may be empty.
struct BoundColumns {
  std::span<const float> score;    ///< an upper bound of the score at the reference query; −infinity excludes the row
  std::span<const float> along;    ///< the row's component along a fixed direction
  std::span<const float> across;   ///< length of the rest of the row
  std::span<const float> squared;  ///< its squared norm, when the objective has that coordinate
};

/// How the query has moved since the reference.
struct QueryMove {
  float along = 0;
  float across = 0;
  float squared = 0;
};

/// Writes i, ascending, for which score + along·move.along + across·move.across + squared·move.squared ≥
/// floor, in float32 with at most four roundings of relative size 2⁻²⁴ (fused or not, by machine: add an
/// allowance to the floor). Returns how many. `out` must hold all rows. About 0.3 ns a row in L2.
size_t rows_above(const BoundColumns& rows, const QueryMove& move, float floor, std::span<int32_t> out);
size_t rows_above_plain(const BoundColumns& rows, const QueryMove& move, float floor, std::span<int32_t> out);

/// out[i] = Σ codes[index[i]·stride + k]·query[k], exact. REQUIRES: query.size() == stride, a multiple of 64;
/// 127·Σ|query| < 2³¹.
void coded_dots(std::span<const int8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int16_t> query,
                std::span<int32_t> out);
void coded_dots_plain(std::span<const int8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int16_t> query,
                      std::span<int32_t> out);

}  // namespace decant
