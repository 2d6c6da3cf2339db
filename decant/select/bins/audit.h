// Sampled audits: for pools where scoring every row at every pick would take days, some picks are
// checked that way.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decant/select/bins/cut.h"

namespace decant {

/// Replays a finished cut of the pool `rows` pick by pick and, at `steps` random picks spread over
/// all bins, scores every unpicked row: the one that was picked must be the best, the smallest row
/// on ties. Also asserts that the order is a permutation of the pool. Returns what is wrong, or
/// nothing. Cost: `steps`·n·d, and d a pick. REQUIRES: options of a linear function.
std::string audit_cut(const Features& features, std::span<const int64_t> rows, const CutOptions& options, const GreedyResult& result,
                      int64_t steps, uint64_t seed, const Context& context);

}  // namespace decant
