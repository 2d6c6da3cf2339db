// How far a query has moved, and moves and rows in 8 bits: the vector work of the greedy engine
// besides scores.
//
// The same bits on every machine: sums run in 8 lanes by index mod 8, multiply then add, lanes
// added as a tree 4-2-1. Picks do not depend on these numbers, but when windows are renewed does,
// and ranks must agree on that.
#pragma once

#include <cstdint>
#include <span>

namespace decant {

/// Δ = to − from, split along a unit vector ĉ: Δ = along·ĉ + across.
struct SplitMove {
  double along = 0;           ///< ⟨Δ, ĉ⟩; 0 without a direction
  double across_squared = 0;  ///< ‖across‖²
};

/// Writes `across` and returns the rest. `direction` empty: across = Δ. REQUIRES: equal lengths
/// otherwise.
SplitMove split_move(std::span<const double> to, std::span<const double> from, std::span<const double> direction, std::span<double> across);
SplitMove split_move_plain(std::span<const double> to, std::span<const double> from, std::span<const double> direction,
                           std::span<double> across);

/// The same move by its lengths alone, in one pass: along as above (0 without a direction) and
/// ‖Δ‖².
struct Stretch {
  double along = 0;
  double squared = 0;
};
Stretch measure_move(std::span<const double> to, std::span<const double> from, std::span<const double> direction);
Stretch measure_move_plain(std::span<const double> to, std::span<const double> from, std::span<const double> direction);

double dot(std::span<const double> a, std::span<const double> b);  ///< REQUIRES: equal lengths
double dot_plain(std::span<const double> a, std::span<const double> b);

/// What a quantiser needs to know of a vector. Empty: zeros.
struct Extent {
  double largest = 0;  ///< max |v|
  double sum = 0;      ///< Σ |v|
};
Extent extent(std::span<const double> values);
Extent extent_plain(std::span<const double> values);

/// out_k = v_k/step rounded to the nearest integer, ties to even; returns Σ (v_k − step·out_k)². A
/// step of 0 gives zeros. REQUIRES: |v_k| ≤ 127·step or step = 0; out at least as long as values
/// (the rest is left alone).
double quantise(std::span<const double> values, double step, std::span<int8_t> out);
double quantise_plain(std::span<const double> values, double step, std::span<int8_t> out);

/// max_k |scale·x_k − mean_k|. REQUIRES: equal lengths.
double largest_deviation(std::span<const float> x, double scale, std::span<const double> mean);
double largest_deviation_plain(std::span<const float> x, double scale, std::span<const double> mean);

/// y = scale·x − mean in steps: out_k = round(y_k/step) + 128, ties to even. A step of 0 gives 128.
/// REQUIRES: |y_k| ≤ 127·step or step = 0.
struct Deviation {
  double squared = 0;  ///< ‖y‖²
  double missed = 0;   ///< Σ (y_k − step·(out_k − 128))²
};
Deviation quantise_row(std::span<const float> x, double scale, std::span<const double> mean, double step, std::span<uint8_t> out);
Deviation quantise_row_plain(std::span<const float> x, double scale, std::span<const double> mean, double step, std::span<uint8_t> out);

}  // namespace decant
