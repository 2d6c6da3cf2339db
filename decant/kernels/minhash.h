// The smallest value that each of several permutations gives to the members of a set: MinHash.
//
//   minima_k = min over x of p_k(x),     p_k(x) = mix(a_k·x + b_k) mod 2³²,   a_k odd
//
// with mix(h) two shifts and a multiplication between them, so that p_k is a permutation of the
// 32-bit numbers. Two sets have the same k-th minimum with about the probability of their Jaccard
// similarity |A ∩ B| / |A ∪ B|.
//
//     A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997.
#pragma once

#include <cstdint>
#include <span>

namespace decant {

/// Lowers minima[k] to p_k(x) of every x below it, so start with 2³² − 1 and call as often as there
/// are pieces of the set. The same on every machine. REQUIRES: a, b and minima of one length.
void lower_minima(std::span<const uint32_t> x, std::span<const uint32_t> a, std::span<const uint32_t> b, std::span<uint32_t> minima);
void lower_minima_plain(std::span<const uint32_t> x, std::span<const uint32_t> a, std::span<const uint32_t> b, std::span<uint32_t> minima);

}  // namespace decant
