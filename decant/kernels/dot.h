// The canonical dot product: float32 row times float64 (or float32) query, the same bits on every
// machine.
//
// A sum of floating-point numbers depends on its order, and which row is picked can depend on the
// last bit of a sum. So the order is part of the definition:
//
//   * 16 lanes; lane l takes the elements l, l+16, l+32, … in this order, starting from +0
//   * each element: promote both factors to float64, multiply, round, add, round; never a fused
//     multiply-add
//   * the lanes are added as a fixed tree: lane i += lane i+8, then i+4, i+2, i+1
//
// 16 lanes fill AVX-512 twice over and cost nothing on narrower machines. A row may be padded with
// zeros to a multiple of 16 without changing a bit: a lane starts at +0 and no sum of it is ever
// −0.
//
// Trap: the compiler may fuse a multiply and an add behind our back. The whole project is built
// with -ffp-contract=off; this file depends on it.
//
// Error: |computed − true| ≤ (⌈n/16⌉ + 5)·2⁻⁵³·Σ|x_k·q_k|, unless a product underflows.
#pragma once

#include <cstdint>
#include <span>

namespace decant {

/// REQUIRES: equal lengths. Nothing need be aligned.
double dot(std::span<const float> x, std::span<const double> q);
double dot(std::span<const float> x, std::span<const float> y);  ///< products are exact; norms are dot(x, x)

/// The definition above, word for word, without vectors.
double dot_plain(std::span<const float> x, std::span<const double> q);
double dot_plain(std::span<const float> x, std::span<const float> y);

/// out[i] = dot(rows[i], q), every row of q.size() values, wherever it lies: several rows at a
/// time, the next ones prefetched. About 25 ns for 256 floats in L2, 100 ns in L3. REQUIRES: as
/// many results as rows.
void dot_rows(std::span<const float* const> rows, std::span<const double> q, std::span<double> out);

/// to[k] += c·x[k], product and sum each rounded to float64.
void add_scaled(std::span<double> to, double c, std::span<const float> x);
/// The same for several rows one after the other, every row of to.size() values: four at a time are
/// read, the next ones prefetched, and every sum sees them in their order. REQUIRES: a factor a
/// row.
void add_scaled_rows(std::span<double> to, std::span<const double> c, std::span<const float* const> rows);

}  // namespace decant
