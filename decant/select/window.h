// A window: some rows of the pool, and what is known of their scores at one reference query.
//
// The coarsest window holds every row of the bin; each finer one holds the rows of its parent that could win soon,
// copied side by side so that a pick reads a few kilobytes. Slots are numbered 0… in ascending order of rows.
//
// Of a row with known score g ± η at the reference, after a move (β, r, R) of the query (query_frame.h),
//
//   ⟨a, q⟩ ≤ g + η + β·e + ρ·R                                                           (B1)
//   ⟨a, q⟩ = g + β·e + ⟨μ, r⟩ + s·σ·⟨code, r̃⟩  ± (η + ε·R + Y·δ)                            (B2)
//
// (B1) is three floats a row and is swept; (B2) reads a row's code (row_codes.h) and is for those that pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/kernels/score_bounds.h"
#include "decant/select/query_frame.h"
#include "decant/select/recent_queries.h"
#include "decant/select/row_codes.h"

namespace decant {

/// Floats that are swept are stored in these units, powers of two: neither 10³⁰ nor 10⁻³⁰ leaves float32's range.
struct SweepUnits {
  double row = 1;    ///< of e and ρ
  double score = 1;  ///< of scores
};

/// Scores known up to an error.
struct Estimates {
  std::vector<double> middle;
  std::vector<double> error;
};

class Window {
 public:
  QueryPoint at;  ///< the reference

  // --- making one
  /// Every row of a bin, scored exactly at `at`, which has been set and gave the frame its direction, if any. Codes are
  /// the pool's own.
  void become_everyone(std::span<const int32_t> rows, const QueryFrame& frame, const RowCodes& codes, const Context& context);
  /// Some slots of the parent with estimates at `at`, which has been set.
  void become_part_of(const Window& parent, std::span<const int32_t> slots, const Estimates& known, const QueryFrame& frame,
                      const Context& context);

  // --- asking
  size_t size() const { return row_.size(); }
  int32_t row(int32_t slot) const { return row_[at_(slot)]; }
  int32_t parent(int32_t slot) const { return parent_[at_(slot)]; }                    ///< slot in the parent; not for everyone
  double score(int32_t slot) const { return score_[at_(slot)]; }                       ///< g
  double slack(int32_t slot) const { return slack_.empty() ? 0 : slack_[at_(slot)]; }  ///< η
  double along(int32_t slot) const { return along_.empty() ? score_[at_(slot)] * along_per_score_ : along_[at_(slot)]; }  ///< e
  double across(int32_t slot) const { return static_cast<double>(across32_[at_(slot)]) * units_.row; }                    ///< ρ
  bool picked(int32_t slot) const;
  size_t unpicked() const { return size() - picked_count_; }
  double largest_across() const { return largest_across_; }
  double typical_across() const;       ///< the mean of some
  double highest(size_t count) const;  ///< about the count-th highest upper bound, picked rows left out
  double lowest_along() const { return low_; }
  double highest_along() const { return high_; }

  /// A question about every row: is (B1) plus a further `along`·e + `across`·ρ ≥ floor?
  struct Question {
    double along = 0;
    double across = 0;
    double floor = 0;
  };
  /// The unpicked slots for which any answer may be yes; the others are certain, `allowance` being what covers
  /// float64 rounding. Ascending; what was in `slots` is lost.
  void sweep(const Move& move, std::span<const Question> questions, double allowance, std::vector<int32_t>& slots,
             const Context& context) const;
  /// The unpicked slots whose bound from the reference reaches the floor, and whose bound from a recent query, if they have
  /// one, does too. REQUIRES: recent bounds have been kept since the window was made.
  void sweep(const Move& move, double floor, double allowance, const RecentQueries& recent, std::vector<int32_t>& slots);
  /// Remembers upper bounds of some rows at the recent query of this number.
  void remember(std::span<const int32_t> slots, std::span<const double> uppers, int32_t query);
  /// More than all float32 roundings in a sweep with such moves can come to.
  double sweep_rounding(double along, double across) const;
  /// (B2) of some slots. Clears `known` first.
  void estimate(std::span<const int32_t> slots, const Move& move, const CodedQuery& coded, const QueryFrame& frame, Estimates& known,
                const Context& context) const;

  // --- telling
  void settle(int32_t slot, double score);  ///< the exact score at the reference
  void mark_picked(int32_t slot);

 private:
  static size_t at_(int32_t slot) { return static_cast<size_t>(slot); }
  const CodeBlock& codes() const { return everyone_ ? everyone_->rows() : own_codes_; }
  void set_columns(const QueryFrame& frame, const Context& context);
  BoundColumns columns() const { return {upper32_, along32_, across32_}; }

  std::vector<int32_t> row_;
  std::vector<int32_t> parent_;
  std::vector<double> score_;
  std::vector<double> slack_;  ///< empty: all 0
  std::vector<double> along_;  ///< empty: score · along_per_score_
  double along_per_score_ = 0;
  std::vector<float> upper32_, along32_, across32_;
  std::vector<float> recent32_;  ///< an upper bound at the recent query stamp_; empty until one is remembered
  std::vector<int32_t> stamp_;
  std::vector<float> recent_along_, recent_across_;
  SweepUnits units_;
  double largest_slack_ = 0, longest_ = 0, low_ = 0, high_ = 0, largest_across_ = 0;
  size_t picked_count_ = 0;
  CodeBlock own_codes_;
  const RowCodes* everyone_ = nullptr;
};

}  // namespace decant
