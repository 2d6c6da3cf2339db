// All pairs of rows whose sets are nearly the same, found by MinHash and measured exactly.
//
//   J(A, B) = |A ∩ B| / |A ∪ B|  ≥  threshold
//
// Each set is known by the minima of k permutations (kernels/minhash.h), cut into b bands of r. Two
// sets that agree in a whole band are a candidate, and every candidate is measured, so no pair is
// wrong; one is missed when no band agrees. Of pairs with similarity s, the share that is found is
//
//   recall(s) = 1 − (1 − s^r)^b
//
// on average over the permutations, and r is the largest with recall(threshold) ≥ 0.99 and r·b ≤
// 128: the longer a band, the fewer candidates that are none. Empty sets are in no pair.
//
//     A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997; P. Indyk and R.
//     Motwani, "Approximate nearest neighbors", STOC 1998 (bands).
//
// Cost: k operations per member of a set, sorting every band, and for each row and each candidate
// reading the set; rows that share a band with very many others are read once per 64 of these.
// Memory: 8·b + 8 bytes per row, 24 per pair, and some sets per thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/dedup/near_pairs.h"

namespace decant {

struct Bands {
  int count = 0;   ///< b
  int length = 0;  ///< r
  double recall(double similarity) const;
};
/// REQUIRES: 0 < threshold ≤ 1.
Bands bands_for(double threshold);

/// Puts the set of a row, ascending and distinct, into `members`.
using ReadSet = std::function<void(int64_t row, std::vector<uint64_t>& members)>;
/// Called for each piece of work; what it returns is used by one thread.
using OpenSets = std::function<ReadSet()>;

/// In ascending order of (row, other), similarity J. `rows`: ascending, distinct, fewer than 2³².
/// The same for any number of threads. Throws InputError for more than `most` pairs, and what
/// reading throws. Progress: stages "signatures" and "near pairs".
std::vector<NearPair> near_sets(const OpenSets& sets, std::span<const int64_t> rows, double threshold, uint64_t seed,
                                const Context& context, int64_t most = kMostPairs);

/// The definition, every pair measured.
std::vector<NearPair> near_sets_plain(const OpenSets& sets, std::span<const int64_t> rows, double threshold);

}  // namespace decant
