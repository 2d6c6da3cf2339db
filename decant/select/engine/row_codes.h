// Rows as one byte per value, with a proven error: a filter four times cheaper to read than the
// rows.
//
// With a_x the row as the objective sees it (unit length or as given) and μ the mean of the a_x, y
// = a_x − μ is small in every coordinate. s = max|y|/127, code = round(y/s), and ε = ‖y − s·code‖
// is computed, not estimated. For any query r
//
//   ⟨a_x, r⟩ = ⟨μ, r⟩ + s·⟨code, r⟩ ± ε·‖r‖
//
// The query is quantised too: r̃ = round(r/σ) in 8 bits, δ = ‖r − σ·r̃‖, which adds ± Y·δ with Y =
// max(‖y‖ + ε): about as much as the codes' own error, at half the work of 16 bits. The product of
// integers is exact: σ is raised until Σ|r̃| ≤ 8·10⁶, so 255·Σ|r̃| fits int32. Codes are stored
// plus 128, as the multiply-add instruction wants one factor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/huge_array.h"
#include "decant/select/engine/linear_pool.h"

namespace decant {

/// The next float32 above, or the one after.
inline float float_above(double value) {
  return static_cast<float>(value * (1 + 0x1p-22)) + 0x1p-149F;
}

/// A query ready to be multiplied with codes.
struct CodedQuery {
  std::vector<int8_t> values;  ///< r̃, padded with zeros to the codes' stride
  double step = 0;             ///< σ
  double mean = 0;             ///< ⟨μ, r⟩
  double length = 0;           ///< ‖r‖, not less than the true one
  double error = 0;            ///< Y·δ
};

/// Coded rows side by side. Memory: stride + 8 bytes per row.
struct CodeBlock {
  int64_t stride = 0;
  HugeArray<uint8_t> codes;  ///< rows × stride, each plus 128
  std::vector<float> step;   ///< s
  std::vector<float> error;  ///< ε
};

class RowCodes {
 public:
  static constexpr int64_t kWidestRow = int64_t{1} << 20;  ///< wider rows could overflow the integer product

  /// Two passes over the pool; each rank codes its own rows, and what is said of all rows holds for
  /// all ranks' (collective). `coarseness` ≥ 1 makes the steps larger than they need be: a stress
  /// switch for tests.
  RowCodes(LinearPool& pool, const Context& context, double coarseness = 1);

  /// Quantises r, which is no longer than `length`.
  void encode(std::span<const double> r, double length, CodedQuery& query) const;
  const CodeBlock& rows() const { return rows_; }           ///< the rank's own, side by side
  int32_t line(int32_t row) const { return row - first_; }  ///< where an own row is in rows()
  double longest() const { return longest_; }               ///< A = max ‖a_x‖, not less than the true one
  double typical_error() const { return typical_; }         ///< mean ε

 private:
  double encode_row(const LinearPool& pool, int32_t row, double coarseness, std::vector<float>& scratch);

  int32_t first_ = 0;
  CodeBlock rows_;
  std::vector<double> mean_;
  double longest_ = 0;
  double typical_ = 0;
  double furthest_ = 0;  ///< Y
};

}  // namespace decant
