// ZCore: coverage and redundancy of every row, seen in many random planes. Needs neither labels nor
// training, and one score serves every ratio.
//
//   A round:  1. draw two columns a ≠ b, and a point t: t_k ~ Triangular(min_k, median_k, max_k) for k = a, b
//             2. i = argmin_x |x_a − t_a| + |x_b − t_b|, ties to the smaller row;                     score_i += 1   (coverage)
//             3. of the K rows j ≠ i nearest to i in this plane, at distances r_j:   score_j −= r_j⁻⁴ / Σ r⁻⁴   (redundancy)
//                where some are at distance 0, they share the 1 equally and the others lose nothing
//
// Rows are ranked by their score, ties in random order. A round adds 1 and takes 1 away, so scores
// add up to 0: a row is worth keeping when it is the nearest to more points than its neighbours
// leave to it.
//
// Source: Griffin, Marks, Corso, "Zero-Shot Coreset Selection via Iterative Subspace Sampling",
// WACV 2026 (arXiv 2411.15349), with raw features of two networks side by side, the whole set as
// one pool and 1,000,000 rounds. Ours differs:
//
//   rounds       20 a row, as the paper's are on CIFAR (50,000 rows), but at least 16 a column, so
//                that every column is seen some 30 times.
//   K            50, theirs 1,000. In a plane r grows as √rank, so the k-th nearest weighs about
//                k⁻²: all beyond the fiftieth, 1 %.
//   equal rows   theirs: where the nearest is at distance 0, that one row loses 1, and with
//                duplicates the next ones nothing. It also takes the first of the sorted row for i
//                itself, so i may be penalised.
//   start        theirs: a random number from [0, 1) for every row, as much as a whole round. Ours
//                are 0.
//   random       theirs: every worker process inherits the same stream, so of 10 workers' rounds a
//                tenth differ. Here a round has its own.
//   constant     columns that hold one value are left out (theirs: an error). Where one column is
//                left, it alone is the "plane"; where
//   columns      none is, or one row, all scores are 0.
//
// Each round is a function of (seed, pool, its number), and scores are sums of whole multiples of
// 2⁻³²: the same bytes for any number of threads.
//
// Cost: rounds are done column by column, over rows sorted by it: O(d·n·log n), and a round looks
// at some multiple of √(n·K) rows, the more the emptier the place: about 15 µs in a pool of 5,000.
// A column where most rows share a value costs O(n) a round. Memory: 4·n·d bytes for the columns,
// 12 a round, 8·n, and 16·n a thread.
//
// Trap: there is no balance between classes in one pool. Distances are those of the columns as
// given: columns of larger values decide in planes with others.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct ZcoreOptions {
  int64_t rounds = 0;       ///< below 2³¹; 0 = max(20 a row, 16 a column). More: less noise, and time in proportion
  int64_t neighbours = 50;  ///< K
  uint64_t seed = 0;
};

/// All rows of the pool; the gain of a row is its score. Serves any number. InputError for options
/// out of range. REQUIRES: finite rows. Progress: stage "rounds".
Ranking zcore(const Features& features, const PoolTask& pool, const ZcoreOptions& options, const Context& context);

/// The scores only, one per row of the pool: they add up to 0 exactly while there are fewer than
/// 2²¹ rounds.
std::vector<double> zcore_scores(const Features& features, const PoolTask& pool, const ZcoreOptions& options, const Context& context);

}  // namespace decant
