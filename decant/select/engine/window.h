// A window: some rows of the pool, and what is known of their scores at one reference query.
//
// The coarsest window holds every row of the bin; each finer one holds the rows of its parent that
// could win soon, copied side by side so that a pick reads a few kilobytes; only a window that
// turned out very wide copies no codes. Slots are numbered 0… in ascending order of rows.
//
// Of a row with known score g ± η at the reference, after a move (β, r, R) of the query
// (query_frame.h),
//
//   ⟨a, q⟩ ≤ g + η + β·e + ρ·R                                                           (B1)
//   ⟨a, q⟩ = g + β·e + ⟨μ, r⟩ + s·σ·⟨code, r̃⟩  ± (η + ε·R + Y·δ)                            (B2)
//
// (B1) is three floats per row and is swept; (B2) reads a row's code (row_codes.h) and is for those
// that pass. e and ρ are kept in float32: what that may do to β·e is added to the error.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/team.h"
#include "decant/kernels/score_bounds.h"
#include "decant/select/engine/query_frame.h"
#include "decant/select/engine/recent_queries.h"
#include "decant/select/engine/row_codes.h"

namespace decant {

/// Floats that are swept are stored in these units, powers of two: neither 10³⁰ nor 10⁻³⁰ leaves
/// float32's range.
struct SweepUnits {
  double row = 1;    ///< of e and ρ
  double score = 1;  ///< of scores
};

/// What is known of a row in a window.
struct KnownRow {
  double score = 0;  ///< g, at the window's reference
  float slack = 0;   ///< η in units of SweepUnits::score, not less than the true one; 0 = g is the canonical score
  float along = 0;   ///< e in units of SweepUnits::row
  float across = 0;  ///< ρ in the same, not less than the true one
  float step = 0;    ///< of its code
  float error = 0;   ///< of its code
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
  /// Every row of a bin that is this rank's own, scored exactly at `at`, which has been set and
  /// gave the frame its direction, if any. Codes are the pool's own.
  void become_everyone(std::span<const int32_t> rows, const QueryFrame& frame, const RowCodes& codes, Team& team);
  /// Everyone by estimates at a reference a move away from the old one, which becomes `at`: a
  /// quarter of the bytes of scoring them.
  void move_to(const QueryPoint& reference, const Move& move, const CodedQuery& coded, const QueryFrame& frame, Team& team);
  /// Some slots of the parent with estimates at `at`, which has been set. With ranks: the slots
  /// that each has chosen of its own parent, together, the same window on every rank; rows of
  /// others have no parent (−1). Collective then.
  void become_part_of(const Window& parent, std::span<const int32_t> slots, const Estimates& known, Comm* ranks, Team& team);

  // --- asking
  size_t size() const { return row_.size(); }
  int32_t row(int32_t slot) const { return row_[at_(slot)]; }
  int32_t parent(int32_t slot) const { return parent_[at_(slot)]; }  ///< slot in the parent; not for everyone
  std::span<const int32_t> rows() const { return row_; }
  KnownRow known(int32_t slot) const { return everyone_ ? known_of_everyone(slot) : known_[at_(slot)]; }
  double score(int32_t slot) const { return everyone_ ? score_[at_(slot)] : known_[at_(slot)].score; }  ///< g
  double slack(int32_t slot) const { return static_cast<double>(slack32(slot)) * units_.score; }        ///< η
  double along(int32_t slot) const { return static_cast<double>(along32_[at_(slot)]) * units_.row; }    ///< e
  double across(int32_t slot) const { return static_cast<double>(across32_[at_(slot)]) * units_.row; }  ///< ρ
  bool picked(int32_t slot) const;
  size_t unpicked() const { return size() - picked_count_; }
  double largest_across() const { return largest_across_; }
  double typical_across() const;                    ///< the mean of some
  double highest(size_t count, Comm* ranks) const;  ///< about the count-th highest upper bound, picked rows left out; collective
  double lowest_along() const { return low_; }
  double highest_along() const { return high_; }

  /// A question about every row: is (B1) plus a further `along`·e + `across`·ρ ≥ floor?
  struct Question {
    double along = 0;
    double across = 0;
    double floor = 0;
  };
  /// The unpicked slots for which any answer may be yes; the others are certain, `allowance` being
  /// what covers float64 rounding. Ascending; what was in `slots` is lost.
  void sweep(const Move& move, std::span<const Question> questions, double allowance, std::vector<int32_t>& slots, Team& team) const;
  /// The unpicked slots whose bound from the reference reaches the floor, and whose bound from a
  /// recent query, if they have one, does too. REQUIRES: recent bounds have been kept since the
  /// window was made.
  void sweep(const Move& move, double floor, double allowance, const RecentQueries& recent, std::vector<int32_t>& slots);
  /// Remembers upper bounds of some rows at the recent query of this number.
  void remember(std::span<const int32_t> slots, std::span<const double> uppers, int32_t query);
  /// More than all float32 roundings in a sweep with such moves can come to.
  double sweep_rounding(double along, double across) const;
  /// (B2) of some slots. Clears `known` first.
  void estimate(std::span<const int32_t> slots, const Move& move, const CodedQuery& coded, const QueryFrame& frame, Estimates& known,
                Team& team) const;

  // --- telling
  void settle(int32_t slot, double score);  ///< the exact score at the reference
  void mark_picked(int32_t slot);

 private:
  static size_t at_(int32_t slot) { return static_cast<size_t>(slot); }
  std::span<const uint8_t> codes() const { return shared_codes_ ? shared_codes_->rows().codes.span() : own_codes_.span(); }
  int32_t line(int32_t slot) const { return shared_codes_ ? shared_codes_->line(row(slot)) : slot; }
  float slack32(int32_t slot) const { return !everyone_ ? known_[at_(slot)].slack : slack32_.empty() ? 0 : slack32_[at_(slot)]; }
  KnownRow known_of_everyone(int32_t slot) const;
  void estimate_part(std::span<const int32_t> slots, const Move& move, const CodedQuery& coded, const QueryFrame& frame,
                     std::span<double> middle, std::span<double> error) const;
  void copy_rows(const Window& parent, std::span<const int32_t> slots, const Estimates& known, const Comm* ranks, Team& team);
  void unite(Comm& ranks);
  void set_columns(Comm* ranks);
  BoundColumns columns() const { return {upper32_, along32_, across32_}; }

  std::vector<int32_t> row_;
  std::vector<int32_t> parent_;
  std::vector<KnownRow> known_;  ///< not of everyone
  std::vector<double> score_;    ///< of everyone; steps and errors are the codes' then
  std::vector<float> slack32_;   ///< of everyone; empty: all 0
  std::vector<float> upper32_, along32_, across32_;
  std::vector<float> recent32_;  ///< an upper bound at the recent query stamp_; empty until one is remembered
  std::vector<int32_t> stamp_;
  std::vector<float> recent_along_, recent_across_;
  SweepUnits units_;
  double largest_slack_ = 0, longest_ = 0, low_ = 0, high_ = 0, largest_across_ = 0;
  size_t picked_count_ = 0;
  HugeArray<uint8_t> own_codes_;  ///< a line a slot; of a window that is not wide
  int64_t stride_ = 0;
  const RowCodes* everyone_ = nullptr;      ///< of everyone: the pool's codes, steps and errors
  const RowCodes* shared_codes_ = nullptr;  ///< the pool's codes, at RowCodes::line(row), where the window has none of its own
};

}  // namespace decant
