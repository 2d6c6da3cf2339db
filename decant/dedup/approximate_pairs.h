// Most of the pairs that near_pairs() finds, in a small part of the time, for millions of rows.
//
// Rows drawn by chance are pivots, one for every `rows_per_cell` rows. A row belongs to the cells
// of the pivots that are nearest to it by cosine, and is compared, exactly, with the rows that it
// shares a cell with. So every pair is a pair of near_pairs(), with the same similarity; a pair
// whose rows share no cell is missed.
//
// How many cells a row belongs to follows from pairs that are made up: 1,024 rows x, each with a
// copy z that is turned away from it, towards another row y, until cos(x, z) is the threshold:
//
//   z = τ·x' + √(1 − τ²)·u,  u the direction of y' − ⟨x', y'⟩·x'
//
// The least number of cells is taken by which kRecall of these share one, at most kMostCells. What
// share that is, is the recall that is stated: of pairs right at the threshold, the hardest. With
// that many cells the same is measured of closer pairs, at every hundredth above the threshold. It
// says nothing of copies that differ in a way rows do not differ in.
//
// Cost: 2n · n/rows_per_cell · d flops to find the cells, and near_pairs() of each, in the
// directions of one sketch: about n · rows_per_cell · cells² · w in all, for rows that spread
// evenly over the cells. Memory: n · (4w + 4 · (kMostCells + cells) + 8) bytes and what a cell
// takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/dedup/near_pairs.h"

namespace decant {

/// Which share of the pairs right at a similarity is found, as estimated.
struct StatedRecall {
  double similarity = 0;
  double recall = 1;
  bool operator==(const StatedRecall&) const = default;
};

/// What is stated of pairs at `similarity` or above: the recall at the nearest similarity from
/// there down. 1 where nothing is stated. REQUIRES: ascending, `similarity` not below the first.
double recall_at(std::span<const StatedRecall> recalls, double similarity);

struct ApproximatePairs {
  std::vector<NearPair> pairs;        ///< as near_pairs() orders them
  int cells = 0;                      ///< that each row was looked for in; 0 = all rows were compared
  std::vector<StatedRecall> recalls;  ///< from the threshold up, ascending; empty = all pairs were found
};

inline constexpr double kRecall = 0.98;
inline constexpr int kMostCells = 16;

/// REQUIRES: as near_pairs(), which also says what is thrown. The same for any number of threads;
/// another kind of processor may put rows into other cells. With fewer than 20 cells' rows all are
/// compared.
ApproximatePairs approximate_pairs(const Features& features, std::span<const int64_t> rows, double threshold, uint64_t seed,
                                   const Context& context, int64_t rows_per_cell = 1000, int64_t most = kMostPairs);

}  // namespace decant
