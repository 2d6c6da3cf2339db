// Rows that hold something of every class: chosen by what is annotated in them, without features.
//
// a_ic is how much of class c row i holds (objects, or pixels), A_c what the pool holds of it. Rows
// are picked one after the other, each the one that adds most to
//
//     F(S) = Σ_c f(Σ_{i∈S} a_ic / A_c),    f(x) = ((ε + x)^(1−b) − ε^(1−b)) / (1 − b),    ε = 0.001,
//
// which is ln((ε + x) / ε) for b = 1. b = 1 wants every class evenly, b = 0 as many objects as
// possible, each weighed by 1/A_c. F is submodular, so that gains only fall, and a lazy queue gives
// the picks of plain greedy exactly: a row is asked again while what it could gain at most is not
// below the best. Ties go to the smaller row.
//
// With a cap p, a_ic in F is at most p: a picture of a crowd counts as p objects.
//
// With a floor K, the first picks are those by which every class c gets min(K, N_c) of its N_c
// objects (uncapped, in the pool): class after class, the one with the least N_c first (ties: the
// smaller label), each time the row that brings most of what the class still lacks (ties: the
// larger gain, then the smaller row). A floor that takes more rows than are kept leaves the
// frequent classes short.
//
// Cost: one pass over what rows hold, then the few rows that are asked again for each pick; 118,000
// pictures with 860,000 objects, a tenth kept: about a million gains.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/data/class_amounts.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct ClassCoverageOptions {
  double balance = 1;     ///< b, 0…1
  int64_t floor = 0;      ///< K; 0 = none
  int64_t per_image = 0;  ///< p; 0 = none
};

/// What some rows hold, and what another would add to F.
class CoveredClasses {
 public:
  /// Of no rows. `amounts` must outlive this.
  CoveredClasses(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options);

  double gain(int64_t row) const;
  void take(int64_t row);
  double all() const;  ///< F of the whole pool

 private:
  double counted(const ClassCount& entry) const;
  double value(double share) const;

  const ClassAmounts& amounts_;
  double rest_;               ///< 1 − b
  int64_t most_;              ///< of a class in a row
  std::vector<double> held_;  ///< of each class; whole numbers, so sums are exact
  std::vector<double> all_;
};

/// The rows chosen before, then those that the floors want: the first of class_coverage().
std::vector<int64_t> rows_picked_first(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options);

/// pool.count picks. Gains are what each added to F. Goes on from rows chosen before. `amounts`: of
/// all rows.
Ranking class_coverage(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options, const Context& context);

/// The same by asking every row for every pick: for tests.
Ranking class_coverage_plain(const ClassAmounts& amounts, const PoolTask& pool, const ClassCoverageOptions& options);

}  // namespace decant
