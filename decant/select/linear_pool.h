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
#include "decant/data/features.h"
#include "decant/select/objective.h"

namespace decant {

/// Row numbers here are positions in the `rows` given, 0…size−1. Not thread-safe, but scoring uses the context's
/// threads when it pays.
class LinearPool {
 public:
  /// What `features` view must outlive this object. A small part of them (≤ 16 MiB) is copied side by side, as float32; otherwise
  /// rows stay where they are and as they are stored, and those that are no aligned float32 are converted each time they are read.
  /// REQUIRES: finite.
  LinearPool(const Features& features, std::span<const int64_t> rows, const LinearForm& form, const Context& context);

  int32_t size() const { return static_cast<int32_t>(count_); }
  int64_t width() const { return table_.width(); }
  const LinearForm& form() const { return form_; }

  /// Σ a_x over some rows (ascending), added as P is.
  std::vector<double> sum(std::span<const int32_t> rows) const;
  /// Starts a bin whose pool D is `members` (ascending).
  void begin_bin(std::span<const int32_t> members);
  /// Moves the query. Call with a member that has not been picked.
  void pick(int32_t row);

  /// Canonical scores of some rows, at the present query.
  void scores(std::span<const int32_t> rows, std::span<double> out) const;
  /// The same at any other query.
  void scores_at(std::span<const double> query, double tau, std::span<const int32_t> rows, std::span<double> out) const;
  /// The objective's marginal gain for a row of this score.
  double gain(double score) const;

  std::span<const double> query() const { return query_; }
  double tau() const { return tau_; }
  /// x, where it is stored or in `scratch`.
  std::span<const float> values(int32_t row, std::vector<float>& scratch) const { return table_.row(line(row), scratch); }
  double scale(int32_t row) const { return form_.unit ? norms_[at(row)] : 1; }  ///< r_x
  /// ‖x‖², of x as given. REQUIRES: a form whose rows are taken as given.
  double squared_norm(int32_t row) const { return norms_[at(row)]; }
  /// ‖a_x‖², up to rounding.
  double length_squared(int32_t row) const { return !form_.unit ? norms_[at(row)] : norms_[at(row)] > 0 ? 1 : 0; }

 private:
  static size_t at(int32_t row) { return static_cast<size_t>(row); }
  int32_t line(int32_t row) const { return place_.empty() ? row : place_[at(row)]; }
  void gather(const Features& features, std::span<const int64_t> rows);
  void dot_lines(std::span<const int32_t> rows, std::span<const double> query, std::span<double> out) const;
  void dot_converted(std::span<const int32_t> rows, std::span<const double> query, std::span<double> out) const;

  LinearForm form_;
  Context context_;
  std::vector<float> copy_;
  Features table_;
  int64_t count_ = 0;
  std::vector<int32_t> place_;  ///< line of table_ that holds row i; empty = line i
  std::vector<double> norms_;   ///< r_x of unit forms, ‖x‖² of the others
  std::vector<double> total_;   ///< P
  std::vector<double> query_;
  std::vector<float> scratch_;  ///< of pick()
  double tau_ = 0;
  double members_ = 0;
  double picked_ = 0;
  double norms_pool_ = 0;
  double norms_picked_ = 0;
};

}  // namespace decant
