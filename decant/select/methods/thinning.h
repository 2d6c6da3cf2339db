// Thinning by neighbours: rows are kept in random order, and each row that is kept takes some of
// its neighbours out, near ones likelier.
//
//   visit the rows in random order; a row that was not deleted is kept, and deletes its k-th
//   neighbour with probability
//
//     p_k = exp(−a·k),   k = 1 … K         unless that row is kept already
//
// Crowded places lose more than empty ones, so the kept rows lie farther apart than a random choice
// does and leave no hole larger than the neighbours of a row. The strength a is found by bisection
// so that no fewer than `count` rows stay; those that are too many, usually a few, are removed at
// random. Each (row, k) has one random number for all strengths, so the number kept hardly ever
// falls while a rises.
//
// With a = 0 all K neighbours of a kept row go, and n·ln(1 + K)/K rows stay where everyone is a
// neighbour equally often: 15 % for K = 20, more where some rows are neighbours of many and others
// of none. Where fewer are asked for, what a = 0 leaves is thinned again, with neighbours of its
// own, as often as it takes.
//
// Rows that were chosen before are visited first, in their order, and neither deleted nor removed:
// what is kept next to them lies apart from them too. Where all neighbours of what is left are
// chosen rows nothing more can be deleted, and the rest is removed at random.
//
// Source: neighbour-aware coreset selection of "Is Bin Generation Indispensable? A
// Bin-Generation-Free Dataset Quantization via Semantic Perspective" (BGFDQ), CVPR 2026, where a =
// ρ·α with the ratio ρ, K = 20, Euclidean, per class. How α is set, and what happens when the ratio
// is missed or out of reach, is not said; all three are ours.
//
// Cost: the neighbours, 2·n²·d flops (repeats: of what is left, less than a tenth); then some 30
// walks over n·K numbers. Memory: 16 bytes a neighbour.
#pragma once

#include <cstdint>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct ThinningOptions {
  int64_t neighbours = 20;  ///< K
  uint64_t seed = 0;
};

/// `pool.count` rows in the order of the visit; the gain of each is 1 + the rows that it and those
/// it deleted took out: how many it stands for. Serves this count alone. The strength goes to the
/// log. InputError for K < 1. REQUIRES: finite rows.
Ranking thinning(const Features& features, const PoolTask& pool, const ThinningOptions& options, const Context& context);

}  // namespace decant
