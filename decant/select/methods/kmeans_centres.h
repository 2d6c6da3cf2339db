// k-means centres: as many clusters as rows are to be kept, and of each the row nearest its centre.
//
// Clusters are those of kmeans_pools.h with K = pool.count, the centre of each is the mean of its
// rows, and the row nearest to it is one of its own. Larger clusters come first, equal ones by
// their row. A cluster that no row joined leaves its place to the rows that are farthest from their
// own centre (ties to the smaller row): so many rows differ less than the clusters asked for.
//
// Source: the k-means baseline of coreset selection, e.g. Xu, Akella & Zhang, "Representative
// sampling for text classification using support vector machines", ECIR 2003, and Sorscher et al.,
// NeurIPS 2022, arXiv:2206.14486, for prototypes.
//
// Cost: 2·n·K·d flops for a pass over all centres, 2 · 10⁹ for 5,000 × 256 and 500 rows kept, 277 ·
// 10⁹ for 52,000 and 10,400. At most `rounds` of Lloyd's algorithm, of which the later ones look at
// what moved and take two to three passes together (in batches of 16·K rows where keeping less than
// a sixteenth). Up to kSpreadCentres centres begin by k-means++, 8·max(8192, 10·K)·K·d flops in
// float64; more begin at rows drawn plainly, for that would cost more than all rounds. Memory:
// kmeans_pools.h, and 8·K·d bytes.
//
// Traps. The order serves this count alone: another K has other centres. Ten rounds are not the end
// of Lloyd's algorithm; centres move little after them. Clusters of k-means are balls of much the
// same size, so where rows are dense more are kept: less cover, more density than k-center.
#pragma once

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct KMeansCentresOptions {
  bool unit = true;  ///< rows scaled to length 1
  int rounds = 10;
  uint64_t seed = 0;  ///< with the pool's number: of the first centres
};

inline constexpr int64_t kSpreadCentres = 1000;

/// pool.count rows; gains are the sizes of their clusters, 0 without one. REQUIRES: finite rows
/// (require_finite).
Ranking kmeans_centres(const Features& features, const PoolTask& pool, const KMeansCentresOptions& options, const Context& context);

}  // namespace decant
