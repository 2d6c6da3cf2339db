// Facility location: rows such that every row of the pool has one of them near it. Exact greedy,
// without a matrix of pairs.
//
//   maximise F(S) = Σ_i max_{j∈S} v_ij,     v_ij = w_j·sim(i, j),     sim = max(0, cos)   or   (1 + cos)/2
//
// Source: Cornuéjols, Fisher & Nemhauser, "Location of bank accounts to optimize float", Management
// Science 1977; greedy reaches 1 − 1/e of the optimum (Nemhauser, Wolsey & Fisher, Mathematical
// Programming 1978). For coresets: Wei, Iyer & Bilmes, "Submodularity in data subset selection and
// active learning", ICML 2015. With weights w_j it is the objective of SubZeroCore (subzerocore.h).
//
// The order is that of plain greedy under this rule, on every machine and for any number of
// threads. At each pick the row with the largest
//
//   gain(j) = Σ_i max(0, v_ij − c_i),     c_i = max over the picked rows p of v_ip, 0 before the first
//
// is picked, ties to the smaller row: cos the canonical cosine (pool_rows.h), everything in
// float64, the sum over the rows of the pool in ascending order in blocks of 4,096, the blocks'
// sums added in their order.
//
// How it is found. Gains only fall, rounding included (each term does, and rounding is monotone),
// so an old gain is a bound (Minoux, "Accelerated greedy algorithms", 1978). Two stages:
//
//   1. While c is low nearly all pairs matter. Candidates whose bound is largest are looked at
//      together by float32 products, whose error is allowed for, at first with all rows, then with
//      the rows whose c rose since their bound was taken: each takes away min(c' − c, max(0, v −
//      c)) of it. The few at the top are multiplied with everyone again, and those that are still
//      in front are summed exactly.
//   2. A pick is the nearest of about one t-th of the rows, so after t picks about n²/t pairs still
//      have v_ij > c_i. When these are few (384 a row are allowed), one pass over all pairs keeps
//      them, exact, and from there on a gain is a short sum. Pairs that c has passed are dropped.
//
// Cost: 2·d flops for each pair looked at: in the first stage n² at the second pick and about n²·ln
// t for the next t, then n² for the pass; six times n² in all on 50,000 rows of pictures.
// docs/benchmarks.md has times. Memory: 4·n·d bytes for the rows at unit length, up to
// 12·max(384·n, 2²²) for the pairs and 12·n·ln t for changes of c. One pool only: a million rows
// are 400 times the work of 50,000; make pools.
//
// Ties. Of two rows whose nearest is the other, and which are nearest to nobody else, either covers
// both equally well: their gains are equal on paper, and what is picked is a matter of rounding, by
// the sum above. Such pairs come among the later picks, and public packages part there from each
// other.
//
// Traps. Raw cosines are negative at times; then an empty set is better than some rows and lazy
// greedy is not greedy: hence max(0, ·). Published lazy implementations lose their way where rows
// are repeated (a stale bound that equals a fresh gain is taken for it). DeepCore's code adds (1 +
// cos)/2 of everyone, so that all gains but the first are small compared with the sums they are
// taken from in float32. A broken row far from all others has the gain 1, itself: it comes late,
// but it comes before the last duplicate.
#pragma once

#include <span>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

enum class Similarity {
  positive_cosine,  ///< max(0, cos)
  half_cosine       ///< (1 + cos)/2
};

/// Another objective, which is added to F: each pick is then the row with the largest gain(j) +
/// what this says of it, ties to the smaller row. Gains are never below 0, and but for rounding
/// never rise by a pick.
class AddedGains {
 public:
  virtual ~AddedGains() = default;
  virtual double of(int64_t row) const = 0;
  virtual void take(int64_t row) = 0;
  virtual double slack() const = 0;  ///< by how much a gain may rise by rounding
};

struct FacilityLocationOptions {
  // change the result
  Similarity similarity = Similarity::positive_cosine;
  std::span<const double> weights;  ///< w_j, one per row of the pool, finite and ≥ 0; empty: all are 1
  AddedGains* added = nullptr;      ///< sees every pick; must outlive the call
  // change the speed
  int64_t most_pairs = 0;  ///< that are kept, 12 bytes each; 0: max(384·n, 2²²)
};

/// What was looked at, for benchmarks.
struct FacilityLocationCounts {
  int64_t picks_before_pairs = 0;  ///< of the first stage
  int64_t products = 0;            ///< candidates multiplied with all rows, the pass included
  int64_t changes = 0;             ///< and single rows that changed, with candidates
  int64_t exact = 0;               ///< candidates summed exactly over all rows
  int64_t pairs = 0;               ///< kept for the second stage
  int64_t short_sums = 0;          ///< of the second stage
};

/// The first pool.count picks, pool.chosen among them in front; gains are F's, with what was added.
/// A zero row is like nothing (with half_cosine, like everything by ½). Where nothing is left to
/// gain, rows follow in ascending order. REQUIRES: finite rows (require_finite); weights that fit.
Ranking facility_location(const Features& features, const PoolTask& pool, const FacilityLocationOptions& options, const Context& context,
                          FacilityLocationCounts* counts = nullptr);

}  // namespace decant
