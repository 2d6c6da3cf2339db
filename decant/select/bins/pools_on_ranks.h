// Several pools on several ranks.
//
// A pool that is large compared with the others is cut by all ranks together (nested_greedy.h); the
// others go to ranks whole, the largest first, each to the least loaded rank, and are cut there as
// on one machine. Which way a pool goes never changes its bins.
#pragma once

#include <span>
#include <vector>

#include "decant/comm/comm.h"
#include "decant/select/bins/cut.h"

namespace decant {

/// What goes where. All ranks compute the same.
struct PoolPlan {
  std::vector<size_t> together;            ///< pools that all ranks cut together
  std::vector<std::vector<size_t>> whole;  ///< of each rank, the pools that it cuts alone, ascending
};

/// Together: more rows than a fair share of all, and enough of them that an exchange pays.
PoolPlan plan_pools(std::span<const std::vector<int64_t>> pools, int ranks);

/// cut_pools() of cut.h on options.ranks, which is not null. Every rank returns all pools. Bins
/// that are finished are kept by the first rank where ranks cut together, else by the rank whose
/// pool it is: all keepers write to one place. Collective; when one rank fails, all do.
std::vector<GreedyResult> cut_pools_on_ranks(const Features& features, std::span<const std::vector<int64_t>> pools,
                                             const CutOptions& options, const Context& context, BinKeeper* keeper);

}  // namespace decant
