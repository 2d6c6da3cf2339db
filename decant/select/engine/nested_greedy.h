// Greedy picks without scoring every row: nested windows, and a certificate for every pick.
//
// The problem. A pick is the row with the largest score ⟨a_x, q⟩. Scoring everyone reads the whole
// pool at each pick, and memory, not arithmetic, is the limit. But a pick moves q only by one row,
// and greedy picks correct one another: q drifts slowly, mostly along its own direction, and
// sideways like a random walk.
//
// The idea. Keep the rows that could win soon in a small window (window.h) and prove at every pick
// that no row outside can win (cold_rows.h). Take a new window when the proof fails or the window
// has become expensive. One window must be wide, or it is renewed too often, and wide windows make
// picks expensive; so windows are nested:
//
//   W₀  every unpicked row of the bin, scored exactly when the bin begins
//   W₁  chosen from W₀ for some hundreds to thousands of picks
//   W₂  chosen from W₁ for some tens to hundreds; picks search this one
//
// A pick.
//
//   1. Of the last pick's best rows the one that looks best now is scored exactly: the bar. Some
//      unpicked row reaches it.
//   2. (B1) sweeps W₂: rows whose upper bound is below the bar are out.
//   3. (B2), the codes, on what is left: an upper and a lower bound each; the best lower bound
//      raises the bar.
//   4. Exact canonical scores of what is left now: the largest wins, the smaller row on ties.
//   5. The certificate: at every level the cold rows' bound, rounding included, is *below* the
//      winner's score. If not, the windows from the coarsest failing level down are chosen anew,
//      and the pick starts over.
//
// Why it is exact. Every unpicked row is in W₂ or cold at exactly one level. Cold rows are strictly
// below the winner, so they do not even tie. Rows of W₂ that were not scored exactly have an upper
// bound below a number that some unpicked row's canonical score reaches. So the winner has the
// largest canonical score, and every row tied with it was scored. What was foreseen and how long
// windows last changes the time only.
//
// Why it ends. A level that fails again right after it was renewed gets four times the margin, then
// every row of its parent, and then nothing is cold.
//
// A row that is scored exactly for the first time also gets its exact score at the reference of
// every window it is in: it is in the cache, and rows that are looked at once are looked at again.
//
// On several ranks each has W₀ of its own rows. When W₁ is chosen, all ranks apply the same
// questions to their own rows, their cold rows are united, and what they chose is gathered: rows,
// codes, what is known of them, and the vectors. From then on W₁ and W₂ are the same everywhere,
// every rank makes the same picks, and nothing is sent until W₁ is chosen anew. Where a decision
// rests on W₀ it rests on numbers of all ranks, so ranks never disagree about what comes next.
// Scoring everyone costs two small messages per pick.
//
// Never much slower than scoring everyone: a bin that starts with few rows, or whose picks come to
// cost as much as scoring everyone, goes on that way, and tries windows again after ten times as
// many picks as they were given.
#pragma once

#include <limits>
#include <vector>

#include "decant/base/team.h"
#include "decant/select/engine/bin_picker.h"
#include "decant/select/engine/cold_rows.h"
#include "decant/select/engine/linear_pool.h"
#include "decant/select/engine/query_frame.h"
#include "decant/select/engine/recent_queries.h"
#include "decant/select/engine/refresh_policy.h"
#include "decant/select/engine/row_codes.h"
#include "decant/select/engine/window.h"

namespace decant {

/// Switches for tests: they make the filters worse or the policy foolish, never a pick wrong.
struct NestedOptions {
  bool project = true;         ///< use ĉ; otherwise e = 0 and ρ = ‖a‖
  double coarseness = 1;       ///< of the codes: their steps this many times what they need be
  int32_t windows = 2;         ///< besides everyone: 1 to 3
  double horizon = 0;          ///< picks; 0 = by cost
  bool recent = true;          ///< bound from recent queries too
  bool may_fall_back = true;   ///< to scoring everyone when that is cheaper
  int64_t everyone_every = 0;  ///< > 0: fall back after so many picks, for as many
};

class NestedPicker : public BinPicker {
 public:
  /// Keeps a reference to the pool. Memory: a byte per value and some 60 bytes per row; of rows in
  /// a window 80 bytes more, and their codes once more unless the window is very wide
  /// (docs/benchmarks.md has what was measured). With ranks: of the rank's own rows, and of those
  /// in windows their vectors too.
  NestedPicker(LinearPool& pool, const NestedOptions& options, const Context& context);
  void begin_bin(std::span<const int32_t> members) override;
  /// Starts a bin some of whose members were picked before: next() is the pick that follows on
  /// theirs, in this order. Returns their gains. REQUIRES: as LinearPool::begin_bin().
  std::vector<double> begin_bin(std::span<const int32_t> members, std::span<const int32_t> picked);
  BinPick next() override;

  /// Counts of rows, for benchmarks.
  struct Counts {
    int64_t picks = 0, swept = 0, coded = 0, exact = 0;
    int64_t everyone_passes = 0, everyone_moves = 0, everyone_picks = 0;
    struct Level {
      int64_t refreshes = 0, rows = 0, swept = 0, coded = 0, exposed = 0, widest = 0;
    };
    std::vector<Level> levels;  ///< windows after the first, coarse to fine
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Level {
    explicit Level(const RefreshPolicy& renewals) : policy(renewals) {}
    Window window;
    ColdRows cold;            ///< rows of the parent that are not in the window
    Move move;                ///< from the window's reference to the present query
    double along_before = 0;  ///< from the first reference of all to the window's, along ĉ
    RefreshPolicy policy;
  };
  struct Scored {
    int32_t slot = -1;
    double score = 0;
  };

  struct ScoredRow {
    double score = -std::numeric_limits<double>::infinity();
    int32_t row = -1;
  };

  void start(size_t unpicked, std::span<const int32_t> own);
  void start_over(std::span<const int32_t> rows);
  void end_inside(size_t first);
  void move_everyone();
  void renew(size_t first, double best);
  void choose_highest(size_t level);
  void choose_by_outlook(size_t level, double best);
  void choose_everyone(size_t level);
  void set_far_slots_aside(const Window& window, std::span<const Window::Question> questions, ColdRows& cold);
  Comm* ranks_above(size_t level) const;
  void fill_window(size_t level, std::span<const int32_t> slots, const Estimates& known, double work);
  bool renewal_is_due(size_t& level) const;

  void measure_moves();
  double bar();
  void encode_way_here();
  void remember_contenders();
  Scored search(double bar);
  void filter_by_codes(double bar);
  Scored score_exactly();
  void settle_scored();
  size_t first_exposed(double best) const;
  bool renew_expensive_windows(double best);
  void renew_what_is_exposed(size_t level, int attempt, double best);
  BinPick take(const Scored& best);
  int32_t runner_up_row(int32_t winner) const;

  bool everyone_is_cheaper(double cost_of_pick) const;
  void unpicked_rows(std::vector<int32_t>& rows) const;
  bool fall_back();
  BinPick next_of_everyone();
  ScoredRow best_of_all(const ScoredRow& own);

  LinearPool& pool_;
  NestedOptions options_;
  Team team_;
  RowCodes codes_;
  QueryFrame frame_;
  RowCosts costs_;

  std::vector<Level> levels_;  ///< everyone, then coarse to fine
  PickHistory history_;
  QueryPoint now_;
  RecentQueries recent_;  ///< for the finest window
  double allowance_ = 0;
  double typical_ = 0;      ///< a usual ρ
  double share_ = 1;        ///< of the rows that is this rank's, about
  int32_t runner_up_ = -1;  ///< a row that has not been picked; -1 = none
  size_t unpicked_ = 0;
  size_t everyone_at_start_ = 0;  ///< rows when they were last scored

  bool by_everyone_ = false;
  int64_t everyone_left_ = 0;  ///< picks by scoring everyone before windows are tried again
  std::vector<int32_t> everyone_;

  // Kept from pick to pick to be reused.
  std::vector<int32_t> slots_, rows_, settled_;
  std::vector<double> scores_, uppers_;
  Scored next_up_;
  std::vector<Scored> contenders_;  ///< of the last pick that looked at codes, by slots of the finest window
  bool way_is_encoded_ = false;     ///< coded_ is of the finest window's move
  Move move_;
  Estimates known_, part_known_;
  CodedQuery coded_;
  double pick_cost_ = 0;
  Counts counts_;
};

}  // namespace decant
