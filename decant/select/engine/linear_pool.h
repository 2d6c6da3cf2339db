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
// Rows are never normalised into float32: those picks drift away from the float64 ones. See
// objective.h for the coefficients and kernels/dot.h for dot().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/huge_array.h"
#include "decant/data/features.h"
#include "decant/select/engine/objective.h"
#include "decant/select/engine/replicated_rows.h"

namespace decant {

/// Row numbers here are positions in the `rows` given, 0…size−1. Not thread-safe, but scoring uses
/// the context's threads when it pays.
///
/// With ranks, each reads a contiguous range of the rows only, its own, and can score and pick
/// those and the copies that all ranks have been handed.
class LinearPool {
 public:
  /// What `features` view must outlive this object. A small part of them (≤ 16 MiB) is copied side
  /// by side, as float32; otherwise rows stay where they are and as they are stored, and those that
  /// are no aligned float32 are converted each time they are read. REQUIRES: finite.
  LinearPool(const Features& features, std::span<const int64_t> rows, const LinearForm& form, const Context& context,
             Comm* ranks = nullptr);

  int32_t size() const { return static_cast<int32_t>(count_); }
  int64_t width() const { return table_.width(); }
  const LinearForm& form() const { return form_; }

  Comm* ranks() const { return ranks_; }    ///< null when there is one
  int32_t first() const { return first_; }  ///< of the own rows
  int32_t own() const { return static_cast<int32_t>(norms_.size()); }
  /// The own rows among some, which ascend.
  std::span<const int32_t> own_part(std::span<const int32_t> rows) const;
  /// Hands these rows (ascending, the same on every rank) to every rank; earlier copies are
  /// dropped. Nothing without ranks. Collective.
  void replicate(std::span<const int32_t> rows);
  /// Whether every rank can score and pick this row.
  bool everywhere(int32_t row) const { return ranks_ == nullptr || replicated_.has(row); }

  /// Σ a_x over all rows, added as P is; kept for the first bin. Collective.
  std::vector<double> sum_of_everyone();
  /// Starts a bin whose pool D is `members` (ascending, the same on every rank). Collective.
  void begin_bin(std::span<const int32_t> members);
  /// The same where some members were picked before, which moves the query as picking them in this
  /// order does. Returns their gains. REQUIRES: no ranks; `picked` are members, each once.
  std::vector<double> begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked);
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
  std::span<const float> values(int32_t row, std::vector<float>& scratch) const {
    return is_own(row) ? table_.row(line(row), scratch) : replicated_.values(row);
  }
  double scale(int32_t row) const { return form_.unit ? norm(row) : 1; }  ///< r_x
  /// ‖x‖², of x as given. REQUIRES: a form whose rows are taken as given.
  double squared_norm(int32_t row) const { return norm(row); }
  /// ‖a_x‖², up to rounding.
  double length_squared(int32_t row) const { return !form_.unit ? norm(row) : norm(row) > 0 ? 1 : 0; }

 private:
  bool is_own(int32_t row) const { return static_cast<size_t>(row) - static_cast<size_t>(first_) < norms_.size(); }
  size_t at(int32_t row) const { return static_cast<size_t>(row - first_); }
  int64_t line(int32_t row) const { return place_.empty() ? row - first_ + first_line_ : place_[at(row)]; }
  double norm(int32_t row) const { return is_own(row) ? norms_[at(row)] : replicated_.norm(row); }
  std::vector<double> sum(int64_t members, int64_t first_own, std::span<const int32_t> own) const;
  void add_squared_norms(std::span<const int32_t> own);
  void gather(const Features& features, std::span<const int64_t> rows);
  template <class Use>
  void in_groups(std::span<const int32_t> rows, Use&& use) const;

  LinearForm form_;
  Context context_;
  HugeArray<float> copy_;
  Features table_;
  int64_t count_ = 0;
  Comm* ranks_;
  int32_t first_ = 0;           ///< of the own rows
  int64_t first_line_ = 0;      ///< of table_ that holds it, when place_ is empty
  std::vector<int32_t> place_;  ///< of the own rows, the lines of table_ that hold them; empty = side by side
  std::vector<double> norms_;   ///< of the own rows: r_x of unit forms, ‖x‖² of the others
  ReplicatedRows replicated_;
  std::vector<double> everyone_;  ///< P of a bin that is everyone, once it is known
  std::vector<double> total_;     ///< P
  std::vector<double> query_;
  std::vector<float> scratch_;  ///< of pick()
  double tau_ = 0;
  double members_ = 0;
  double picked_ = 0;
  double norms_pool_ = 0;
  double norms_picked_ = 0;
};

}  // namespace decant
