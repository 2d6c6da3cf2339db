// A pool of rows under a linear objective: the canonical score, and the query as picks move it.
//
// The canonical score is a definition down to the last bit, because it decides picks:
//
//   S(x) = r_x · dot(x, q) [+ ‖x‖²·τ]      every operation rounded to float64 as written
//   r_x  = 1/√dot(x, x), 0 for a zero row (unit forms); 1 otherwise;   ‖x‖² = dot(x, x)
//   P    = Σ r_p·p over D: members in ascending order, sums of 4,096 rows, these partial sums added in order
//
// and picking s does q_k += drift·P_k (if any), then q_k −= (pick·r_s)·s_k.
//
// Rows are never normalised into float32: those picks drift away from the float64 ones.
// See objective.h for the coefficients and kernels/dot.h for dot().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/features.h"
#include "decant/select/objective.h"

namespace decant {

/// Row numbers here are positions in `rows`, 0…size−1. Not thread-safe, but scoring uses the context's
/// threads when it pays.
class LinearPool {
 public:
  /// Small pools (≤ 64 MiB) are copied side by side; of larger ones the features must outlive this object.
  /// REQUIRES: finite.
  LinearPool(const Features& features, std::span<const int64_t> rows, const LinearForm& form, const Context& context);

  int32_t size() const { return static_cast<int32_t>(place_.size()); }
  int64_t width() const { return table_.cols; }
  const LinearForm& form() const { return form_; }

  /// Starts a bin whose pool D is `members` (ascending).
  void begin_bin(std::span<const int32_t> members);
  /// Moves the query. Call with a member that has not been picked.
  void pick(int32_t row);

  /// Canonical scores of some rows, at the present query.
  void scores(std::span<const int32_t> rows, std::span<double> out) const;
  /// dot(x, q) alone.
  void dots(std::span<const int32_t> rows, std::span<double> out) const;
  double score_of(int32_t row, double dot) const {
    const double linear = scale_[at(row)] * dot;
    return form_.squared_norm ? linear + squared_[at(row)] * tau_ : linear;
  }
  /// The objective's marginal gain for a row of this score.
  double gain(double score) const;

  std::span<const double> query() const { return query_; }
  double tau() const { return tau_; }
  std::span<const float> values(int32_t row) const { return table_[place_[at(row)]]; }
  double scale(int32_t row) const { return scale_[at(row)]; }           ///< r_x
  double squared_norm(int32_t row) const { return squared_[at(row)]; }  ///< ‖x‖², of x as given

 private:
  static size_t at(int32_t row) { return static_cast<size_t>(row); }
  void gather(const Features& features, std::span<const int64_t> rows);
  void sum_pool(std::span<const int32_t> members);

  LinearForm form_;
  Context context_;
  std::vector<float> copy_;
  MatrixView<const float> table_;
  std::vector<int32_t> place_;  ///< line of table_ that holds row i
  std::vector<double> scale_;
  std::vector<double> squared_;
  std::vector<double> total_;  ///< P
  std::vector<double> query_;
  double tau_ = 0;
  double members_ = 0;
  double picked_ = 0;
  double norms_pool_ = 0;
  double norms_picked_ = 0;
};

}  // namespace decant
