// The bins of a pool one after the other, and the one thing in which the ways of cutting differ:
// which row is next.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decant/base/context.h"

namespace decant {

/// A row (its position in the pool) and the objective's marginal gain at the moment it was picked.
struct BinPick {
  int32_t row = -1;
  double gain = 0;
};

/// Extension point for a way of finding picks. Positions are 0…n−1 of the pool it was made for.
class BinPicker {
 public:
  virtual ~BinPicker() = default;
  /// Told once, before the first bin that is cut, what earlier bins took, in the order picked; for
  /// a picker that remembers bins.
  virtual void skip_bins(std::span<const std::vector<int32_t>> bins) { static_cast<void>(bins); }
  /// Starts a bin whose pool is `members`, ascending. The span is valid during the call.
  virtual void begin_bin(std::span<const int32_t> members) = 0;
  /// Picks the member with the largest score that has not been picked, the smallest on ties. Called
  /// at most |members| times per bin.
  virtual BinPick next() = 0;
};

struct GreedyResult {
  std::vector<int64_t> order;      ///< all rows of the pool, in the order picked
  std::vector<int64_t> bin_begin;  ///< bin b is order[bin_begin[b] … bin_begin[b+1]); the effective bins + 1 entries
  std::vector<double> gains;       ///< gains[i]: the objective's marginal gain when order[i] was picked
};

/// A bin that is finished: its rows in the order picked, and their gains.
struct FinishedBin {
  std::vector<int64_t> rows;
  std::vector<double> gains;
};

/// Extension point: where finished bins are kept, so that a run that was stopped goes on with the
/// first bin that is missing. What follows a bin depends only on which rows it took, so the end is
/// the same to the last bit. Pools are numbered by their place among those that are cut. Pools are
/// cut side by side: both functions are called by several threads at once.
class BinKeeper {
 public:
  virtual ~BinKeeper() = default;
  /// The pool's bins 0, 1, … as far as all of them are known. Called once per pool, before it is
  /// cut.
  virtual std::vector<FinishedBin> finished(int64_t pool) = 0;
  /// Called for every bin that was cut, when it is whole. Must be quick, or bins be large: the pool
  /// waits.
  virtual void keep(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains) = 0;
};

/// A pool's share of a keeper. Without a keeper nothing is known before and nothing is kept.
struct Keeping {
  BinKeeper* keeper = nullptr;
  int64_t pool = 0;
};

/// `members` without those that were picked, ascending.
std::vector<int32_t> still_open(std::span<const int32_t> members, std::span<const int32_t> picked);

/// Runs the picker over a pool of `rows` (ascending, distinct). Throws BugError if it ever picks a
/// row twice. Sizes of bins: see cut_into_bins. InputError when what the keeper knows cannot be
/// bins of this pool: a row of another pool, a row twice, another size.
GreedyResult run_bins(BinPicker& picker, std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage = nullptr,
                      const Keeping& keeping = {});
/// The same; `picker` is asked for its picker when a bin is to be cut, so not at all where every
/// bin is known.
GreedyResult run_bins(const std::function<BinPicker&()>& picker, std::span<const int64_t> rows, int32_t bins, const Context& context,
                      Stage* stage = nullptr, const Keeping& keeping = {});

}  // namespace decant
