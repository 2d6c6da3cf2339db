// Two filters of the greedy engine: they exclude rows cheaply and never decide anything by
// themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace decant {

/// What is known of every row at a reference query. All of one length.
struct BoundColumns {
  std::span<const float> score;   ///< an upper bound of the score at the reference query; −infinity excludes the row
  std::span<const float> along;   ///< the row's component along a fixed direction
  std::span<const float> across;  ///< length of the rest of the row

  BoundColumns part(size_t begin, size_t count) const {
    return {score.subspan(begin, count), along.subspan(begin, count), across.subspan(begin, count)};
  }
};

/// A question about every row: is score + along·rows.along + across·rows.across ≥ floor?
struct BoundTest {
  float along = 0;
  float across = 0;
  float floor = 0;
};

/// Writes i, ascending, of the rows that pass any of the tests (one to three), in float32 with at
/// most four roundings of relative size 2⁻²⁴ (fused or not, by machine: add an allowance to the
/// floor). Returns how many. `out` must hold all rows. About 0.3 ns per row and test in L2.
size_t rows_above(const BoundColumns& rows, std::span<const BoundTest> tests, std::span<int32_t> out);
size_t rows_above_plain(const BoundColumns& rows, std::span<const BoundTest> tests, std::span<int32_t> out);

/// What is known of some rows at a more recent query. All as long as the rows.
struct RecentColumns {
  std::span<const float> score;    ///< an upper bound of the score at that query
  std::span<const int32_t> stamp;  ///< its number; queries are numbered upwards
};

/// As many as fit a vector register of AVX-512.
inline constexpr size_t kRecentQueries = 16;

/// How the query has moved since each of up to kRecentQueries recent ones: the newest first.
struct RecentMoves {
  std::span<const float> along;
  std::span<const float> across;
  int32_t newest = 0;  ///< the number of the first; along[i] belongs to number newest − i
};

/// Of the rows that rows_above() finds with one test, those whose bound from their recent query
/// also reaches the floor. Rows whose query is older than the moves reach pass. The same roundings.
size_t rows_above(const BoundColumns& rows, const BoundTest& test, const RecentColumns& recent, const RecentMoves& moves,
                  std::span<int32_t> out);
size_t rows_above_plain(const BoundColumns& rows, const BoundTest& test, const RecentColumns& recent, const RecentMoves& moves,
                        std::span<int32_t> out);

/// out[i] = Σ (codes[index[i]·stride + k] − 128)·query[k], exact. REQUIRES: query.size() == stride,
/// a multiple of 64; 255·Σ|query| < 2³¹.
void coded_dots(std::span<const uint8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int8_t> query,
                std::span<int32_t> out);
void coded_dots_plain(std::span<const uint8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int8_t> query,
                      std::span<int32_t> out);

}  // namespace decant
