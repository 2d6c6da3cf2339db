// A budget of bytes, and what it is spent on.
//
// A currency is a ladder of reductions, from step 0, where pictures are only re-coded, down to the
// least that it can leave: a lower quality, a lower resolution, fewer cells. Every picture gets one
// of two neighbouring steps, so that a budget is met to within one picture. The other way to spend
// is on rows: fewer pictures, all of them on one step.
//
// Both together can do better than either: a coarser picture teaches nearly what it did, and what
// is saved buys further rows, each worth more the fewer there are. What a training on n rows of
// each class gets wrong, e, is taken to follow
//
//   ln e = c − α(n)·log₂ n + γ·max(0, 36 − d)²
//
// where d, in decibels, is how near the pixels are to those of step 0 at the size that they are
// trained at (36: an error of four grey levels, which nothing learnt shows). So large pictures that
// are trained small have much to give, and those of 32 pixels little. α = 0.125 up to 500 rows a
// class and 0 from 1,000 on, where rows alone are bought; γ = 0.001: fitted to Fashion-MNIST
// (docs/evidence.md). The step is taken on which the rows that a budget holds make e least.
#pragma once

#include <cstdint>
#include <functional>

#include "decant/base/context.h"
#include "decant/data/subset.h"

namespace decant::patches {

/// Bytes of a row's file on one step. Called from several threads.
using StepBytes = std::function<int64_t(int64_t row, int step)>;

/// Which step each row is on.
struct Steps {
  int step = 0;       ///< of most rows
  Subset above;       ///< rows on step − 1
  int64_t bytes = 0;  ///< of all rows
  int of(int64_t row) const { return above.contains(row) ? step - 1 : step; }
};

/// The highest steps on which the rows together take at most `budget` bytes: every row on `step` or
/// the one above it, which rows are above decided by `seed`. Throws InputError naming the bytes
/// that the last step takes when the budget is below. Cost: bytes_of() for a few hundred rows at
/// some steps, and for every row at two or three.
Steps highest_steps(const Subset& rows, int steps, const StepBytes& bytes_of, int64_t budget, uint64_t seed, const Context& context);

/// The step of highest_steps(), as a few hundred of the rows tell it.
struct StepEstimate {
  int step = 0;      ///< of most rows
  double bytes = 0;  ///< of all rows on that step, about; more than the budget where it cannot be met
};
StepEstimate estimate_steps(const Subset& rows, int steps, const StepBytes& bytes_of, int64_t budget, const Context& context);

/// Mean square by which a row's pixels on that step differ from those on step 0, as they are
/// trained on. Called from several threads.
using StepError = std::function<double(int64_t row, int step)>;

/// α(n): what twice the rows take from ln e.
double worth_of_rows(double rows_per_class);
/// γ·max(0, 36 − d)² of a mean square of pixel errors: what they add to ln e.
double cost_of_coarseness(double mean_square);

/// The step of all pictures that is best for rows of so many classes, before rows are chosen, as a
/// few of them tell. The first on which all rows fit, or a finer one; the last where the budget
/// holds less than one row of step 0. REQUIRES: rows, steps, classes. Cost: bytes_of() and
/// error_of() for some tens of rows on some twenty steps.
int step_beside_rows(const Subset& rows, int steps, const StepBytes& bytes_of, const StepError& error_of, int64_t budget, int64_t classes,
                     const Context& context);

/// The largest count ≤ `most` whose rows take at most `budget` bytes; 0 when not even one fits.
/// `bytes_of_count`: of the rows that would be kept, growing with their number but for small steps
/// back. Counts near `guess` are tried first, and no larger one than is needed.
int64_t largest_count(int64_t most, int64_t guess, const std::function<int64_t(int64_t count)>& bytes_of_count, int64_t budget);

}  // namespace decant::patches
