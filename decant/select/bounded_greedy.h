// Greedy picks without scoring everyone: proven bounds exclude almost all rows, exact scores decide among the
// few that are left.
//
// The problem. A pick is the row with the largest score ⟨a_x, q⟩. Scoring everyone reads the whole pool at
// each pick, and memory, not arithmetic, is the limit. But a pick moves q only by one row, and greedy picks
// correct one another: q drifts slowly.
//
// The bound. Let g_x be what we know of row x's score at a reference query q_R, up to ± η_x. Let ĉ be a fixed
// unit vector (the direction of the bin's first query), e_x = ⟨a_x, ĉ⟩ and ρ_x = √(‖a_x‖² − e_x²). Split the
// query's move Δ = q − q_R the same way: β = ⟨Δ, ĉ⟩, r = Δ − β·ĉ, R = ‖r‖. As r ⟂ ĉ,
//
//   ⟨a_x, q⟩ = g_x + β·e_x + ⟨a_x, r⟩ ≤ g_x + η_x + β·e_x + ρ_x·R                          (B1)
//
// Three floats a row: one sweep over all rows costs a third of a nanosecond a row. Most of the move is along
// ĉ, where the bound is exact; the rest adds up like a random walk.
//
// The second filter. Rows that (B1) cannot exclude get ⟨a_x, r⟩ from one-byte codes (row_codes.h), with a
// computed error. This gives both an upper and a lower bound; the best lower bound raises the bar for
// everybody.
//
// A pick.
//
//   1. The rivals, up to eight rows that scored best at earlier picks, are scored exactly: the best is the bar.
//   2. (B1) on all rows.
//   3. Codes on what is left.
//   4. Exact canonical scores of what is left now: the largest wins, the smaller row on ties.
//
// Why it is exact. A row is dropped only when an upper bound of its canonical score, rounding included, is
// below a number that some unpicked row's canonical score reaches. So the maximum, and every row tied with
// it, is scored exactly. docs/numerics.md has the allowances. What was predicted or how long anything took
// changes the time only. One check is always on: the winner must reach the bar.
//
// Refreshing. When bounds have widened, g_x is renewed at the present q: from codes relative to the last
// exact reference (η_x is then the codes' error), or exactly when that error would be a third of what the
// bound has to say. It is time when the next pick costs more than the average pick since the last refresh,
// the refresh included. Costs are counts of rows touched, never a clock.
//
// Rows with a ‖x‖² coordinate: that part of the score is known exactly, so it stays outside of e, ρ and the
// codes and (B1) gains the term ‖x‖²·(τ − τ_R).
#pragma once

#include <memory>
#include <vector>

#include "decant/kernels/score_bounds.h"
#include "decant/select/bin_picker.h"
#include "decant/select/linear_pool.h"
#include "decant/select/row_codes.h"

namespace decant {

/// Switches for tests: they make the filters worse, never wrong.
struct BoundedOptions {
  bool project = true;        ///< use ĉ; otherwise e = 0 and ρ = ‖a‖
  bool codes = true;          ///< use the second filter and coded refreshes
  int32_t refresh_every = 0;  ///< picks; 0 = by cost
  double exact_share = 0.3;   ///< refresh exactly when the codes' error exceeds this share of the bound's width
};

class BoundedPicker : public BinPicker {
 public:
  /// Keeps a reference to the pool. Memory: a byte a value, and about 64 bytes a row.
  BoundedPicker(LinearPool& pool, const BoundedOptions& options, const Context& context);
  void begin_bin(std::span<const int32_t> members) override;
  Pick next() override;

  struct Counts {
    int64_t picks = 0, swept = 0, coded = 0, exact = 0, coded_refreshes = 0, exact_refreshes = 0;
  };
  const Counts& counts() const { return counts_; }  ///< rows, for benchmarks

 private:
  /// A query that values are known at.
  struct Reference {
    std::vector<double> query;
    double tau = 0;
    double reach = 0;  ///< no |score| at this query exceeds it
  };
  /// The way from a reference to the present query.
  struct Move {
    double along = 0;       ///< β
    double across = 0;      ///< R
    double tau = 0;         ///< τ − τ_R
    std::vector<double> r;  ///< the part across
    double allowance = 0;   ///< covers every float64 rounding in comparing a bound with a canonical score
  };
  struct Scored {
    int32_t slot;
    double score;
  };

  size_t slots() const { return row_.size(); }
  double reach(std::span<const double> query, double tau) const;
  void move_from(const Reference& reference, Move& move) const;
  void set_reference(Reference& reference) const;
  void set_direction();
  void set_shape(size_t slot);
  void refresh();
  void refresh_exactly();
  void refresh_from_codes();
  void publish();
  void drop_picked();
  bool refresh_is_due() const;
  double bar();
  void sweep(double bar);
  void filter_by_codes(double bar);
  Scored score_survivors();
  void remember_rivals();
  void score_exactly(std::span<const int32_t> slots, std::vector<Scored>& out);

  LinearPool& pool_;
  BoundedOptions options_;
  Context context_;
  RowCodes codes_;
  double longest_squared_ = 0;  ///< H = max ‖x‖² where the objective has that coordinate

  // One slot for each row of the bin's pool; picked rows keep theirs until the next compaction.
  std::vector<int32_t> row_;   ///< position in the pool
  std::vector<double> exact_;  ///< r_x·dot at base_
  std::vector<double> value_;  ///< the same at now_, ± slack_
  std::vector<double> slack_;  ///< η
  std::vector<double> along_;  ///< e
  std::vector<float> score32_, along32_, across32_,
      squared32_;  ///< what is swept, in units of unit_ and its factors
  std::vector<bool> picked_;
  size_t picked_count_ = 0;

  std::vector<double> direction_;                      ///< ĉ; empty when there is none
  Reference base_;                                     ///< where exact_ was computed
  Reference now_;                                      ///< where value_ is known
  Move move_;                                          ///< from now_ to the present query
  double unit_ = 1, row_unit_ = 1, squared_unit_ = 1;  ///< powers of two that keep float32 from overflow
  double largest_slack_ = 0;

  std::vector<int32_t> rivals_;  ///< slots
  std::vector<int32_t> survivors_;
  std::vector<Scored> rival_scores_, scored_;
  CodedQuery coded_;
  std::vector<double> products_, dots_;
  std::vector<int32_t> rows_;

  bool fresh_ = false;
  double refresh_cost_ = 0, spent_ = 0, latest_ = 0;
  int64_t picks_since_ = 0;
  Counts counts_;
};

}  // namespace decant
