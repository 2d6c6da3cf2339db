// The rule "beta": rows drawn at random, most often those of medium difficulty.
//
//     weight_i = μ_i^(a−1) · (1 − μ_i)^(b−1) · s_i^power,     a = 1 + (c − 2)·mode,  b = c − a,   c = a + b = 16
//
// with μ_i the mean probability that the proxy gave the row's label (how easy it is), s_i a score
// (progress, DUAL), and successive draws without replacement in proportion to the weights. `mode`
// is where the Beta density is largest: 0 would be the hardest rows, 1 the easiest.
//
// Source: Cho et al., ICML 2025, arXiv:2502.06905 (beta sampling; concentration 16). They set a and
// b by the ratio and a constant c_D that is another for each data set: b = 15·(1 − μ_D)·(1 −
// r^c_D), r the share that is dropped, μ_D the mean μ of the ten highest scores. Trap: with the
// short records of a small proxy their constants put the mode too low (0.45 where 0.65 to 0.75 are
// good), and two points of accuracy below random are the result. So the mode is said outright here,
// bounded, and printed.
//
// Drawn by Gumbel keys: the `count` largest of ln weight_i + G_i, G = −ln(−ln u), have the law of
// successive sampling (Yellott, J. Math. Psychology 15, 1977). u is a function of (seed, row), so
// the draw repeats and rows do not disturb each other.
#pragma once

#include <span>

#include "decant/select/pools/ranking.h"

namespace decant {

/// The mode where none is asked for. Fixed on five of CIFAR-10's classes; docs/evidence.md has the
/// figures.
inline constexpr double kBetaMode = 0.7;

/// What may follow from the share of the rows that is kept.
struct BetaFigures {
  double mode = kBetaMode;
  double power = 1;
  bool operator==(const BetaFigures&) const = default;
};

struct BetaOptions {
  double mode = kBetaMode;    ///< in [0, 1]
  double concentration = 16;  ///< a + b, > 2
  double power = 1;           ///< of the score; 0 = difficulty alone
  uint64_t seed = 0;
};

/// `ease`: μ, in [0, 1] (taken within [1e-6, 1 − 1e-6]); `scores` ≥ 0; one of each for every row of
/// the data set. Rows of score 0 come last, by falling ease, unless power is 0. The whole pool is
/// ranked, whatever pool.count: a smaller draw is the beginning of a larger one. O(n log n).
Ranking beta(std::span<const double> ease, std::span<const double> scores, const PoolTask& pool, const BetaOptions& options);

}  // namespace decant
