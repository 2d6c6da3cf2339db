// The nearest neighbours of every row of a pool, exactly.
//
//   N(x) = the k rows y ≠ x of the pool with the smallest ‖x − y‖, ties to the smaller row
//
// Distances are canonical (kernels/distance.h), so neighbours are the same on every machine and for
// any number of threads. Products of matrices in float32 only exclude: a row is passed over when
// the error bound of its product proves it farther than k others that were measured. Rows are taken
// less the pool's mean and in units of the longest of them, so neither a large common mean nor
// values near the limits of float32 weaken the bound.
//
// Cost: 2·n²·d flops of products, and k·ln(n/k) or a few more canonical distances per row; where
// thousands of rows lie within a millionth of the distance, all of those. Memory: 12 bytes per
// neighbour, and 3 MB and 6·1024·d bytes per thread. Pools of a few 10,000 rows take seconds, of a
// million hours.
//
// A row is never its own neighbour, which is known by its place: an equal row is a neighbour at
// distance 0. Trap: published code drops the first entry of each list, whichever it is, and with
// duplicates that is another row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"

namespace decant {

/// Lists of one length, one after the other. Places are positions in the pool.
struct Neighbours {
  int64_t each = 0;               ///< min(k, rows − 1)
  std::vector<int32_t> places;    ///< (rows, each), nearest first
  std::vector<double> distances;  ///< of `places`: ‖x − y‖

  std::span<const int32_t> of(int64_t place) const {
    return std::span(places).subspan(static_cast<size_t>(place * each), static_cast<size_t>(each));
  }
  std::span<const double> distances_of(int64_t place) const {
    return std::span(distances).subspan(static_cast<size_t>(place * each), static_cast<size_t>(each));
  }
};

/// `rows`: row numbers of the features, ascending; fewer than 2³¹. A single row has no neighbours.
/// REQUIRES: k ≥ 0, finite rows. Progress: stage "neighbours".
Neighbours nearest_neighbours(const Features& features, std::span<const int64_t> rows, int64_t k, const Context& context);

}  // namespace decant
