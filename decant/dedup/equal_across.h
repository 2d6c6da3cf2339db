// Rows of several splits that are the same.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"
#include "decant/dedup/equal_rows.h"

namespace decant {

struct SplitRows {
  std::shared_ptr<const Rows> rows;
  Subset among;           ///< of these, the rows that are compared
  std::string name = {};  ///< for messages
};

struct SplitRow {
  size_t split = 0;  ///< its place among those given
  int64_t row = 0;   ///< of that split
  auto operator<=>(const SplitRow&) const = default;
};

/// equal_rows() of all of them together: groups of at least two rows, each ascending, in the order
/// of their first rows. Matrices are compared by their bytes and not copied. Throws InputError for
/// splits of two kinds of data.
std::vector<std::vector<SplitRow>> equal_across(std::span<const SplitRows> splits, Content content, const Context& context);

}  // namespace decant
