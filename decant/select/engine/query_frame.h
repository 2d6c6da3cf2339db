// The coordinates in which bounds are taken: queries as points, and their moves split along one
// direction.
//
// Objectives with a ‖x‖² coordinate are linear in the longer row â = [a_x, κ·‖x‖²] and the longer
// query q̂ = [q, τ/κ]; κ is a power of two that makes the last coordinate no longer than the
// others. For all other objectives â = a_x and q̂ = q. Everything below speaks of â and q̂ and
// drops the hats.
//
// The direction ĉ is a unit vector, fixed while references to it exist: the direction of the query
// at which every row was last scored. With e = ⟨a, ĉ⟩ and ρ = √(‖a‖² − e²), a move Δ = β·ĉ + r, r ⟂
// ĉ, changes a score by
//
//   ⟨a, Δ⟩ = β·e + ⟨a, r⟩,   |⟨a, r⟩| ≤ ρ·R,   R = ‖r‖
//
// Most of a greedy query's move is along ĉ, where this is exact; the rest adds up like a random
// walk. There is no division by ‖q‖, so the query may pass through zero.
#pragma once

#include <vector>

#include "decant/select/engine/linear_pool.h"

namespace decant {

/// A query in the frame's coordinates.
struct QueryPoint {
  std::vector<double> values;
  double length = 0;  ///< ‖q‖, not less than the true one
};

/// The way from one query to another.
struct Move {
  double along = 0;       ///< β
  double across = 0;      ///< R, not less than the true one
  std::vector<double> r;  ///< the part across
};

class QueryFrame {
 public:
  explicit QueryFrame(const LinearPool& pool);  ///< keeps the reference; one pass over the rows' norms; collective

  void here(QueryPoint& point) const;  ///< the pool's present query
  void move(const QueryPoint& from, const QueryPoint& to, Move& move) const;
  /// A move's lengths alone: β, and R, not less than the true one.
  struct Distance {
    double along = 0, across = 0;
  };
  Distance distance(const QueryPoint& from, const QueryPoint& to) const;
  void scores_at(const QueryPoint& point, std::span<const int32_t> rows, std::span<double> out) const;  ///< canonical

  /// Sets ĉ to the direction of a query; none when it has no length.
  void set_direction(const QueryPoint& point);
  void clear_direction() { direction_.clear(); }
  double direction_length() const { return direction_length_; }  ///< ‖q‖ of the query that gave ĉ, rounded to nearest
  bool has_direction() const { return !direction_.empty(); }

  double longest() const { return longest_; }      ///< A = max ‖a‖, not less than the true one
  double length_squared(int32_t row) const;        ///< ‖a‖², up to rounding
  double across(int32_t row, double along) const;  ///< ρ for e = along, not less than the true one
  double extra(int32_t row) const { return extra_ ? pool_.squared_norm(row) * kappa_ : 0; }  ///< the coordinate κ·‖x‖²
  bool has_extra() const { return extra_; }
  Comm* ranks() const { return pool_.ranks(); }

  /// What covers every float64 rounding in comparing a bound, built from queries of these lengths
  /// in all, with a canonical score. docs/numerics.md has the proof.
  double allowance(double lengths) const { return rounding_ * longest_ * lengths; }

 private:
  const LinearPool& pool_;
  bool extra_;
  double kappa_ = 1;
  double longest_ = 0;
  double rounding_;
  std::vector<double> direction_;
  double direction_length_ = 0;
};

}  // namespace decant
