// Pools by k-means: a set too large to be cut as one pool is split into neighbourhoods, each of
// which is cut exactly.
//
//   minimise Σ_x ‖a_x − c(x)‖²,   c(x) the nearest of K centres
//
// a_x is the row as the objective sees it: x/‖x‖ for the cosine functions (a zero row stays zero),
// x for the others.
//
//   1. Seeding (k-means++, Arthur & Vassilvitskii, SODA 2007): each centre is a row drawn in
//      proportion to its squared distance to the centres so far; of four such draws the one that
//      leaves the least (their "greedy" form). On a sample of max(8192, 10·K) rows.
//   2. Centres (mini-batch k-means, Sculley, "Web-scale k-means clustering", WWW 2010): 100 batches
//      of max(4096, 16·K) random rows; a centre is the mean of all rows that joined it so far.
//      Where a batch would hold every row it is Lloyd's algorithm, to the end or 100 rounds.
//   3. Every row joins its nearest centre.
//
// Nearest is the largest r_x·dot(x, c) − ½‖c‖², the smaller number on a tie: canonical dots
// (kernels/dot.h), float64 centres, so pools are the same on every machine and for any number of
// threads, as picks are. Matrix products in float32 only exclude: a centre is left out when the
// product's error bound proves it farther, and mostly one is left.
//
// Lloyd's rounds look at what moved. Of every row the score of its centre is known, and a bound
// that no other centre exceeds. A centre whose rows stayed the same did not move, so its scores
// stand; where the best of those that moved and of the row's own is above the bound, it is the
// nearest of all, and otherwise all are looked at again. With few rows per centre most centres are
// at rest soon: of 10,400 centres of 52,002 rows, 85 % move after the first round, then 23, 9, 4
// and 2 %, and ten rounds take 2.3 passes over all centres in place of 11.
//
// Cost: 2·n·K·d flops for a pass over all centres; one for the assignment, and for the centres
// 200·max(4096, 16·K)·K·d flops at most, or Lloyd's rounds; 8·max(8192, 10·K)·K·d for the seeds.
// Memory: 40 bytes a row, 20·K·d bytes for the centres, the sample of the seeding, and 4·256·(512 +
// d) bytes per thread.
//
// Traps. The cut is exact in every pool, but pools together are not the cut of one pool: similarity
// across pools is not seen. Clusters are as unequal as the data: a pool of few rows still gives its
// share of every bin. Rows far from all others (one broken sample is enough) become centres of
// their own. K-means of features with a large common mean sees the mean first where rows are not
// scaled to length 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"

namespace decant {

struct KMeansOptions {
  int64_t pools = 64;        ///< K
  bool unit = true;          ///< rows scaled to length 1
  int64_t first_column = 0;  ///< columns before it are not looked at
  uint64_t seed = 0;
  bool plus_plus = true;  ///< otherwise step 1 draws K rows plainly: costs nothing, and centres begin where rows are dense
  int rounds = 100;       ///< of step 2: batches, or Lloyd's
};

/// The pool of each of `rows` (row numbers of the features): 0, 1, …, without a gap. A centre that
/// no row joined gives no pool, so there are K pools or fewer: never more than there are different
/// rows. InputError for K < 1 or K > |rows|. REQUIRES: finite rows. Progress: stages "seeds",
/// "centres" and "pools".
std::vector<int32_t> kmeans_pools(const Features& features, std::span<const int64_t> rows, const KMeansOptions& options,
                                  const Context& context);

}  // namespace decant
