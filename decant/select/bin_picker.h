// The bins of a pool one after the other, and the one thing that the ways of cutting differ in: who is next.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"

namespace decant {

/// A row (its position in the pool) and the objective's marginal gain at the moment it was picked.
struct Pick {
  int32_t row = -1;
  double gain = 0;
};

/// Extension point for a way of finding picks. Positions are 0…n−1 of the pool it was made for.
class BinPicker {
 public:
  virtual ~BinPicker() = default;
  /// Starts a bin whose pool is `members`, ascending. The span is valid during the call.
  virtual void begin_bin(std::span<const int32_t> members) = 0;
  /// Picks the member with the largest score that has not been picked, the smallest on ties. Called at most
  /// |members| times a bin.
  virtual Pick next() = 0;
};

struct GreedyResult {
  std::vector<int64_t> order;      ///< all rows of the pool, in the order picked
  std::vector<int64_t> bin_begin;  ///< bin b is order[bin_begin[b] … bin_begin[b+1]); the effective bins + 1 entries
  std::vector<double> gains;       ///< gains[i]: the objective's marginal gain when order[i] was picked
};

/// Runs the picker over a pool of `rows`. Throws BugError if it ever picks a row twice. Sizes of bins: see
/// cut_into_bins.
GreedyResult run_bins(BinPicker& picker, std::span<const int64_t> rows, int32_t bins, const Context& context, Stage* stage = nullptr);

}  // namespace decant
