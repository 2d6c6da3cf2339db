// How much of every class is in every row, as Targets::counts() says it, in one table: what class
// tables, pools by the rarest class and methods that choose by labels look at.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"

namespace decant {

struct ClassAmounts {
  CountedIn unit = CountedIn::rows;
  std::vector<int64_t> first = {0};  ///< (n + 1,) entries of row r are [first[r], first[r + 1])
  std::vector<ClassCount> entries;   ///< by ascending label inside a row
  std::vector<int64_t> totals;       ///< (C,) of all rows
  std::vector<int64_t> rows_with;    ///< (C,) rows that hold any

  int64_t rows() const { return std::ssize(first) - 1; }
  int classes() const { return static_cast<int>(totals.size()); }
  std::span<const ClassCount> of(int64_t row) const {
    const auto begin = static_cast<size_t>(first[static_cast<size_t>(row)]);
    return {entries.data() + begin, static_cast<size_t>(first[static_cast<size_t>(row) + 1]) - begin};
  }
  int64_t background() const;  ///< rows that hold nothing
};

/// Of all rows; 16 bytes for each class in each row. `classes`: at least so many. All threads.
/// Stops with Cancelled.
ClassAmounts amounts_of(const Rows& rows, int classes, const Context& context);

/// Of each class, what `kept` (rows) hold.
std::vector<int64_t> totals_of(const ClassAmounts& amounts, std::span<const int64_t> kept);

/// Of each row, the class it holds of which the set has least (ties: the smaller label); rows that
/// hold nothing get `background`.
std::vector<int32_t> rarest_classes(const ClassAmounts& amounts, int32_t background);

}  // namespace decant
