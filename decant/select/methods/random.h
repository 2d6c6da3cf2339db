// The baseline that every other method is compared with: rows by chance.
#pragma once

#include <cstdint>
#include <span>

#include "decant/data/selection.h"
#include "decant/select/pools/ranking.h"

namespace decant {

/// Each pool is one bin in random order. With `per_class` and labels, sample() keeps the classes'
/// proportions exactly; otherwise the draw is plain uniform. Gains are 0. `labels`, `bad_rows` and
/// errors: as in select_bins().
Selection select_random(int64_t count, std::span<const int32_t> labels, std::span<const int64_t> bad_rows, bool per_class, uint64_t seed);

/// Goes on from pool.chosen. The pool's count is shared between the rows that those were chosen
/// from and the rows after them, in proportion to both, so that where the share that is kept stays
/// the same every row has had the same chance. pool.chosen, then pool.count − chosen further rows
/// at random, older ones first; gains are 0.
Ranking random_beside(const PoolTask& pool, uint64_t seed);

}  // namespace decant
