// D2 pruning: difficult rows first, and not two of the same kind. Difficulty spreads over a graph
// of neighbours, picks take it back.
//
//   graph      i ~ j when either is among the k nearest of the other (Euclidean, neighbours.h);
//              w_ij = exp(−d_ij/h), h the median of the distances > 0 in all lists
//   forward    D_i = s_i + Σ_{j~i} w_ij·s_j                            s ≥ 0, large = hard
//   reverse    pick i = argmax D; then D_j ← D_j − exp(−γ·d_ij/h)·D_i for j ~ i, while D_i > 0;
//              ties to the smaller row
//
// The gain of a row is its D when it was picked. Multiplying s or the features by a constant moves
// no pick.
//
// Source: Maharana, Yadav, Bansal, "D2 Pruning: Message Passing for Balancing Diversity and
// Difficulty in Data Pruning", ICLR 2024 (arXiv 2310.07931). Paper and code differ, and neither is
// followed to the letter:
//
//   kernel     paper exp(−γ_f·d²) forward, exp(−γ_r·d²) back; code exp(−d) and exp(−γ·d), where d
//              is squared in the path by FAISS alone. With raw features, d of 10 to 100, the kernel
//              is next to 0 and the method is "hardest first"; hence h. So γ = 1 is about what the
//              published γ = 0.1 is at distances of 10.
//   picks      the code goes on subtracting when D_i < 0, which raises the neighbours of a pick.
//              Here it stops.
//   graph      the code's path by FAISS is directed, and takes the first of each list for the row
//              itself.
//   scores     the code turns the sign of a margin in one mode and not in the other. Here s ≥ 0 and
//              large is hard, always.
//
// Usually a share of the hardest rows, often mislabelled, is left out beforehand. The paper finds
// more neighbours better where more is kept (k of 1 to 15); at 10 % it is behind methods made for
// little. Trap: without difficulty (s = 0 everywhere) rows come in their order; equal s > 0 ranks
// by density and then diversity.
//
// Cost: the neighbours, 2·n²·d flops; then O(n·k·log n), one thread. Memory: 44 bytes per neighbour
// at most, 60 a row.
#pragma once

#include <cstdint>
#include <span>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct D2Options {
  int64_t neighbours = 5;  ///< k ≥ 0; 0 = by difficulty alone
  double gamma = 1;        ///< γ ≥ 0: how far a pick's reach goes; 0 takes all of D_i from every neighbour
};

/// `pool.count` rows. Serves fewer, too. `difficulty`: one per row of the features. InputError for
/// a difficulty of a row of the pool that is negative or not finite, and for options out of range.
/// REQUIRES: finite rows.
Ranking d2(const Features& features, std::span<const double> difficulty, const PoolTask& pool, const D2Options& options,
           const Context& context);

}  // namespace decant
