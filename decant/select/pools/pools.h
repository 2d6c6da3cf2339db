// Pools: the parts that rows are chosen from separately: classes, or any other numbering of the
// rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/selection.h"

namespace decant {

/// The usable rows of each pool, ascending.
struct Pools {
  std::vector<int32_t> numbers;            ///< ascending
  std::vector<std::vector<int64_t>> rows;  ///< of `numbers`; none is empty
};

/// Throws InputError when there are labels, but not one for each of `count` rows, or one beyond
/// 2³⁰.
void check_labels(int64_t count, std::span<const int32_t> labels);

/// One flag per row, set for the listed ones. Throws InputError for a row out of range.
std::vector<bool> mark_rows(int64_t count, std::span<const int64_t> rows);

/// One pool a label, or one in all when there are none. Rows without a label (kNoLabel) are a pool
/// of their own after the others. Throws InputError when no row is left.
Pools make_pools(const std::vector<bool>& left_out, std::span<const int32_t> labels);

/// The bin, pool and gain of each row, while they are being found.
struct Placed {
  /// Of `count` rows, none of which is placed yet.
  explicit Placed(int64_t count);
  void put(int64_t row, int32_t bin, int32_t pool, float gain);
  bool has(int64_t row) const { return bins[static_cast<size_t>(row)] != kNoBin; }
  /// Leaves them in the selection.
  void move_to(Selection& selection) &&;

  std::vector<int32_t> bins;
  std::vector<int32_t> pools;
  std::vector<float> gains;
};

}  // namespace decant
