// The likelihood-ratio attack on membership: was this row among those that the network was trained
// on? Carlini, Chien, Nasr, Song, Terzis and Tramèr, "Membership inference attacks from first
// principles", IEEE S&P 2022, arXiv:2112.03570.
//
// M networks are trained, each on a half of the rows, such that every row is in M/2 of the halves.
// Of a row x of class y network m gives
//
//     φ = log p_y − log Σ_{c≠y} p_c       float64, from log-softmax
//
// which is near normal. For network m, the others say how φ is distributed with x among the rows
// and without it, and the score is
//
//     online    log N(φ; μ_in, σ_in) − log N(φ; μ_out, σ_out)
//     offline   (φ − μ_out) / σ_out                            larger = more likely a member
//
// Means are a row's own; deviations are one for all rows, of the differences from the rows' means
// (σ² = Σ (φ − μ)² / Σ (n − 1)), which is better below about 64 networks. Published code takes one
// deviation of all rows and networks together, and that of `in` for both.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace decant::trials {

/// φ of each row. `logits`: (rows, classes), at least two classes.
std::vector<double> confidences(std::span<const float> logits, std::span<const int32_t> labels, int classes);

/// Networks and rows: `phi[m][i]` and whether row i was among those of network m.
struct Observed {
  std::vector<std::vector<double>> phi;
  std::vector<std::vector<bool>> in;
};

enum class Attack { online, offline };

/// A score of every row for every network, from the other networks alone; NaN where these do not
/// say: a row that none of them was trained with (online), or without. REQUIRES: equal shapes.
std::vector<std::vector<double>> lira(const Observed& observed, Attack attack);

/// Decisions of several networks: scores, whether they are right to be high, and whose they are.
struct Decisions {
  std::vector<double> scores;
  std::vector<bool> positive;
  std::vector<int> network;

  void add(double score, bool is_positive, int of_network);  ///< NaN is left out
};

struct Roc {
  double auc = 0;            ///< ties count half
  double at_one_in_100 = 0;  ///< true positives where at most 1 % of the negatives are taken for positive
  double at_one_in_1000 = 0;
};

/// `weights`: how often each network counts; empty = once. NaN where there is no positive or no
/// negative.
Roc roc(const Decisions& decisions, std::span<const int> weights = {});

/// Half the width of the 95 % interval of each, by bootstrap over networks, whose decisions do not
/// vary independently: half the range of the middle 95 % of `draws` draws.
Roc roc_half_widths(const Decisions& decisions, int networks, int draws, uint64_t seed);

}  // namespace decant::trials
