// A joint bound on the rows outside a window: no score among them exceeds bound().
//
// The rows are in two groups. With u an upper bound of a row's score at the window's reference
// query, and an outlook of where the query will go (a move β_h along ĉ and R_h across while the
// best score changes by B_h):
//
// *Rest*: rows that were seen to stay below the best score, less a margin δ, all the way: u ≤ B − δ
// now, u + ¼β_h·e + 0.38R_h·ρ ≤ B + ¼B_h − δ a quarter of the way, u + β_h·e + R_h·ρ ≤ B + B_h − δ
// at its end. Each is linear in the way w in between, so with R(w) the piecewise linear function
// through 0, 0.38R_h at ¼ and R_h at 1,
//
//   u + β·e + R·ρ ≤ B − δ + w·B_h + (β − w·β_h)·e + ρ_max·max(0, R − R(w))        0 ≤ w ≤ 1
//
// *Cells*: the rows that were looked at closely, sorted into cells by e. A cell keeps M₀ = max u,
// M_h = max(u + β_h·e), the range of e and the largest ρ, and by convexity
//
//   u + β·e + R·ρ ≤ (1 − w)·M₀ + w·M_h + (β − w·β_h)·e + R·ρ_max                    0 ≤ w ≤ 1
//
// Both hold for every w; w = β/β_h, clamped, makes the term in e vanish while the query keeps to
// the outlook. What the outlook says changes how long the bound is good for, never whether it
// holds.
#pragma once

#include <array>
#include <cstddef>

#include "decant/comm/comm.h"
#include "decant/select/engine/query_frame.h"

namespace decant {

/// Where the query is expected to go until the next refresh.
struct Outlook {
  double best = 0;    ///< B, the best score now
  double change = 0;  ///< B_h
  double along = 0;   ///< β_h
  double across = 0;  ///< R_h
  double margin = 0;  ///< δ
};

class ColdRows {
 public:
  static constexpr double kEarly = 0.25;        ///< the way at which the rest is tested once more
  static constexpr double kEarlyAcross = 0.38;  ///< the share of R_h allowed for until then

  /// `longest`: A, not less than any row's length.
  void clear(double longest);
  /// Starts the rest, not yet known to hold anyone. `ceiling`: B − δ plus what rounding in the
  /// tests asks for; e in [low, high], ρ ≤ across.
  void set_rest(const Outlook& outlook, double ceiling, double low, double high, double across);
  /// Starts the cells for rows with e in [low, high].
  void set_cells(const Outlook& outlook, double low, double high);
  /// Adds a row to its cell. REQUIRES: low ≤ along ≤ high.
  void add(double upper, double along, double across);

  /// Takes in what other ranks have set aside. All have the same rest and cells started, with the
  /// same arguments. Collective.
  void unite(Comm& ranks);

  /// No score of a cold row exceeds this after such a move from the reference; −infinity when there
  /// are none.
  double bound(double along, double across) const;

 private:
  static constexpr size_t kCells = 128;
  struct Cell {
    double now, ahead;         ///< M₀, M_h
    double low, high, across;  ///< of e; ρ_max
  };
  double way(double along) const;

  bool rest_ = false;
  Outlook outlook_;
  double ceiling_ = 0, rest_low_ = 0, rest_high_ = 0, rest_across_ = 0;
  double longest_ = 0;
  double cells_from_ = 0, cells_per_unit_ = 0;
  bool any_cell_ = false;
  std::array<Cell, kCells> cells_;
};

}  // namespace decant
