// Rankings: methods that say which rows of a pool come first. Each has a file of its own in
// methods/; what they share is here.
//
// A method sees one pool at a time and how many of its rows will be kept, and gives all of them,
// best first. Pools, their shares and rows that are left out are the recipe's business, written
// once. A method that picks one row after another needs only pick as many as will be kept: what it
// never looked at follows in ascending order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/selection.h"
#include "decant/select/pools/chosen.h"
#include "decant/select/pools/quota.h"

namespace decant {

/// The task of a method: rows of one pool, and how many of them will be kept.
struct PoolTask {
  int32_t number = 0;             ///< its label; part of the name of its random stream
  std::span<const int64_t> rows;  ///< ascending, not empty
  int64_t count = 0;              ///< 0 … rows.size()
  /// Rows of the pool that stay chosen, at most `count`. A method that goes on from them
  /// (Method::goes_on) puts them first, in their order, and picks the others given them.
  Chosen chosen = {};
};

struct Ranking {
  std::vector<int64_t> order;  ///< the rows that were picked, best first; at least `count` of the pool's
  std::vector<float> gains;    ///< of `order`: what each added, or its score
};

using Ranker = std::function<Ranking(const PoolTask& pool, const Context& context)>;

enum class ValidSizes {
  any_number,   ///< the order is the same for every number of rows
  up_to_count,  ///< picks were made up to the number asked for, and one more of every pool: for a smaller number its share may be larger
  count_alone   ///< the order follows from that number
};

struct RankingOptions {
  bool per_class = true;  ///< one pool a class when there are labels; otherwise one pool
  ValidSizes valid_sizes = ValidSizes::up_to_count;
  Shares shares = Shares::by_size;  ///< of the pools
  uint64_t seed = 0;                ///< of the ties between pools
  Chosen chosen = {};               ///< among all rows
};

/// Ranks every pool. `labels`, `left_out`: as in select_bins(). `count`: rows to keep in all,
/// shared among the pools as sample() does. Pools are ranked one after the other, each on all
/// threads. InputError for a count that is not in 1 … usable rows.
///
/// Where rows are chosen already, `count` includes them, a pool's share is no less than it has of
/// them (share_beside()), and the selection serves `count` alone. InputError for more of them than
/// `count`, or one that is left out.
Selection select_ranked(const char* method, int64_t rows, std::span<const int32_t> labels, std::span<const int64_t> left_out, int64_t count,
                        const RankingOptions& options, const Ranker& ranker, const Context& context);

/// Where some of the pool's rows stand among them. REQUIRES: they are the pool's.
std::vector<int32_t> places_in(const PoolTask& pool, std::span<const int64_t> rows);

/// Places of `values` by falling value, ties to the smaller place. REQUIRES: no NaN.
std::vector<int64_t> falling_order(std::span<const double> values);

}  // namespace decant
