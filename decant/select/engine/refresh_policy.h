// When to renew a window, and how far ahead to look. Changes the time, never a pick.
//
// A window is renewed for one of two reasons: some row outside it can no longer be excluded, or its
// picks have become more expensive than renewing it. The second is the rule of renting or buying:
// renew when the latest pick costs more than the average pick since the last renewal, the renewal
// included. Costs are counts of rows touched, weighted by what each kind costs, never a clock: two
// runs, or two machines, renew at the same picks.
//
// How many rows a window takes follows from an outlook: the horizon of T_h picks it should last,
// where the query and the best score were going over the last T_h picks, and a margin δ for what
// cannot be foreseen. The query's part across ĉ grows like a random walk that leans one way, R_h =
// r₁·T_h^0.8. A window that fails early gets a larger margin next time; one that lasted gets a
// longer horizon; one that became expensive follows its length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "decant/select/engine/cold_rows.h"

namespace decant {

/// What one row of each kind costs, in nanoseconds as measured once; only ratios matter.
struct RowCosts {
  explicit RowCosts(int64_t width)
      : swept(0.5),
        coded(0.05 * static_cast<double>(width) + 12),
        gathered(0.08 * static_cast<double>(width) + 25),
        exact(0.3 * static_cast<double>(width) + 60),
        everyone(0.3 * static_cast<double>(width) + 10),
        pick(2.0 * static_cast<double>(width) + 1500) {}
  double swept;     ///< one question about a row
  double coded;     ///< a row's code
  double gathered;  ///< a row copied into a window
  double exact;     ///< a row scored exactly, alone
  double everyone;  ///< a row scored exactly among all
  double pick;      ///< what each pick costs besides rows
};

/// Where the query and the best score have been, pick by pick, in this bin.
class PickHistory {
 public:
  void clear() { count_ = 0; }
  void add(double along, double best);
  struct Trend {
    double along = 0, best = 0;
  };
  /// The change to expect over the next `picks`, from as many before, or as there are. Zero when
  /// there is nothing to base it on.
  Trend trend(double picks) const;
  bool empty() const { return count_ < 2; }
  double latest_best() const;  ///< −infinity when there is none

 private:
  static constexpr size_t kRoom = 1 << 16;
  std::vector<Trend> ring_;  ///< grows up to that
  size_t count_ = 0;
};

class RefreshPolicy {
 public:
  /// `fixed` > 0: the horizon never changes. A stress switch for tests.
  explicit RefreshPolicy(double horizon, double fixed = 0) : horizon_(fixed > 0 ? fixed : horizon), fixed_(fixed > 0) {}

  double horizon() const { return horizon_; }
  /// `typical`: a usual ρ.
  Outlook outlook(double best, const PickHistory& history, double typical) const;

  void renewed(double cost);
  void spent(double cost, int64_t picks);  ///< since then, on so many picks
  void spent(const RefreshPolicy& finer);  ///< by a finer window's whole life
  bool due() const;
  int64_t picks() const { return picks_; }
  double average() const { return picks_ > 0 ? (renewal_ + spent_) / static_cast<double>(picks_) : 0; }

  /// The window ends because a row outside could win, or by its cost, after the query moved this
  /// far across.
  void ends_exposed(double across);
  void ends_by_cost(double across);
  void widen() { margin_ = std::min(margin_ * 4, 1e6); }

 private:
  void learn_pace(double across);

  double horizon_;
  bool fixed_;
  double margin_ = 1;  ///< m
  double pace_ = 0;    ///< r₁; 0 = not known
  double renewal_ = 0, spent_ = 0, latest_ = 0;
  int64_t picks_ = 0;
};

}  // namespace decant
