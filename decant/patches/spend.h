// A budget of bytes, and what it is spent on.
//
// A currency is a ladder of reductions, from step 0, where pictures are only re-coded, down to the
// least that it can leave: a lower quality, a lower resolution, fewer cells. Every picture gets one
// of two neighbouring steps, so that a budget is met to within one picture. The other way to spend
// is on rows: fewer pictures, all of them on one step.
//
// Both together can do better than either: a picture of three quarters of its bytes teaches nearly
// what it did, and what is saved buys further rows, each worth more the fewer there are. So with a
// small budget, a share B of all bytes, pictures are made coarser until they take a share B^ν of
// theirs, and B^(1−ν) of the rows are kept. With a larger one further rows teach less than coarser
// pictures lose, and rows alone are bought. docs/evidence.md says what both were chosen from.
//
// Whatever B is, pictures are made as coarse as nobody will see in training, while that buys rows:
// until, at the size that they are trained at, their pixels differ by a mean square of kUnseenError
// from those of step 0. Large pictures that are trained small have much to give then, small ones
// next to nothing.
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

inline constexpr double kPictureExponent = 0.1;   ///< ν
inline constexpr double kMostForCoarser = 0.125;  ///< B up to which pictures are made coarser

/// In squared grey levels of 255: 36 dB. At 32 pixels that is a JPEG of quality 86, of nine tenths
/// of the bytes of one of 90; at 224 pixels, trained at 64, one of quality 20.
inline constexpr double kUnseenError = 16;

/// Mean square by which a row's pixels on that step differ from those on step 0, as they are
/// trained on. Called from several threads.
using StepError = std::function<double(int64_t row, int step)>;

/// B^ν, and 1 for a B above kMostForCoarser. REQUIRES: 0 < B ≤ 1.
double share_of_picture(double budget_share);
/// B / share_of_picture(B): about which share of the rows a budget holds then.
double share_of_rows(double budget_share);

/// A step for each row, before rows are chosen.
struct Coarseness {
  int step = 0;
  double above = 0;  ///< share of the rows that are on step − 1
  uint64_t seed = 0;
  /// By chance, and of no other row's.
  int of(int64_t row) const;
};

/// The highest steps on which the rows take share_of_picture() of what they take on step 0, judged
/// by a sample of some hundred of them; the last where there are none, or where the budget holds
/// less than one row of step 0. Where that is less than nobody will see, as judged by some tens of
/// rows: the last step that nobody will see, or the first on which all rows fit. Step 0 where
/// everything fits. REQUIRES: rows, steps.
Coarseness coarseness_beside_rows(const Subset& rows, int steps, const StepBytes& bytes_of, const StepError& error_of, int64_t budget,
                                  uint64_t seed, const Context& context);

/// The largest count ≤ `most` whose rows take at most `budget` bytes; 0 when not even one fits.
/// `bytes_of_count`: of the rows that would be kept, growing with their number but for small steps
/// back. Counts near `guess` are tried first, and no larger one than is needed.
int64_t largest_count(int64_t most, int64_t guess, const std::function<int64_t(int64_t count)>& bytes_of_count, int64_t budget);

}  // namespace decant::patches
