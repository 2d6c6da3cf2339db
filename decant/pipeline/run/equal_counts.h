// How many rows are equal, within a training split and between it and others.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"
#include "decant/dedup/equal_rows.h"

namespace decant {

struct EqualCounts {
  int64_t repeats = 0;                                ///< training rows that are equal to an earlier one
  int64_t contradicting = 0;                          ///< training rows of which an equal one has another label
  std::vector<std::pair<int64_t, int64_t>> examples;  ///< of these, two pairs at most
  std::vector<std::vector<int64_t>> leaked;           ///< of each other split, the rows that are equal to a training row, ascending
};

/// `among`: the training rows that count; of the others, all do. Rows that cannot be read are equal
/// to none. Cost: as equal_rows(), of all of them. Throws InputError for splits of two kinds.
EqualCounts count_equal(const std::shared_ptr<const Rows>& train, const Subset& among, std::span<const std::shared_ptr<const Rows>> others,
                        Content content, const Context& context);

}  // namespace decant
