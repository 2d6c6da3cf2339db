// Random rows that are as long as those of another set: what a choice is worth beyond the length of
// what it prefers.
#pragma once

#include <cstdint>
#include <span>

#include "decant/data/subset.h"

namespace decant {

/// As many rows as `like` has. The pool is cut by length into 50 parts of equally many rows, equal
/// lengths together, and as many rows are drawn from each as `like` has in it. `lengths`: by row
/// number. REQUIRES: `like` is a part of the pool.
Subset draw_as_long(std::span<const int64_t> lengths, const Subset& pool, const Subset& like, uint64_t seed);

}  // namespace decant
