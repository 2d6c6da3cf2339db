#include "decant/select/bins/bins.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/comm/comm.h"
#include "decant/data/dataset.h"
#include "decant/select/geometry/kmeans_pools.h"
#include "decant/select/pools/pools.h"

namespace decant {
namespace {

Pools make_kmeans_pools(const Features& features, const std::vector<bool>& bad, const BinOptions& options, const Context& context) {
  const auto rows = std::move(make_pools(bad, {}).rows.front());
  KMeansOptions kmeans{.pools = options.kmeans, .seed = options.seed};
  if (options.function == BinFunction::graph_cut_gradient) {
    kmeans.first_column = options.classes;
  } else {
    kmeans.unit = linear_form(options.function, options.lambda).unit;
  }
  std::vector<int32_t> pool(rows.size());
  all_or_none(options.ranks, is_root(options.ranks), [&] { pool = kmeans_pools(features, rows, kmeans, context); });
  if (options.ranks != nullptr) options.ranks->broadcast(std::as_writable_bytes(std::span(pool)), 0);
  Pools pools;
  pools.rows.resize(static_cast<size_t>(*std::max_element(pool.begin(), pool.end()) + 1));
  for (size_t i = 0; i < rows.size(); ++i) pools.rows[static_cast<size_t>(pool[i])].push_back(rows[i]);
  pools.numbers.resize(pools.rows.size());
  std::iota(pools.numbers.begin(), pools.numbers.end(), 0);
  return pools;
}

void mention_sizes(const Pools& pools, const Context& context) {
  std::vector<size_t> sizes;
  for (const auto& rows : pools.rows) sizes.push_back(rows.size());
  std::sort(sizes.begin(), sizes.end());
  const auto count = [&](size_t place) { return human_count(static_cast<int64_t>(sizes[place])); };
  context.info(fmt::format("{} pools by k-means: of {} to {} rows, {} in the middle", sizes.size(), count(0), count(sizes.size() - 1),
                           count(sizes.size() / 2)));
}

void append(Selection& selection, Placed& placed, int32_t pool, const GreedyResult& result) {
  const auto bins = static_cast<int32_t>(result.bin_begin.size()) - 1;
  for (int32_t bin = 0; bin < bins; ++bin) {
    const auto begin = static_cast<size_t>(result.bin_begin[static_cast<size_t>(bin)]);
    const auto end = static_cast<size_t>(result.bin_begin[static_cast<size_t>(bin) + 1]);
    for (size_t i = begin; i < end; ++i) {
      placed.put(result.order[i], bin, pool, static_cast<float>(result.gains[i]));
      selection.order.push_back(result.order[i]);
    }
  }
  selection.bin_count = std::max(selection.bin_count, bins);
  selection.pool_count = std::max(selection.pool_count, pool + 1);
}

void mention_small_pools(const Pools& pools, int32_t bins, const Context& context) {
  const auto small =
      std::count_if(pools.rows.begin(), pools.rows.end(), [&](const auto& rows) { return static_cast<int64_t>(rows.size()) < bins; });
  if (small > 0) context.warn(fmt::format("{} of {} pools have fewer rows than {} bins", small, pools.rows.size(), bins));
}

/// What this rank reads.
RowRange own_rows(const Features& features, const Comm* ranks) {
  if (ranks == nullptr) return {};
  const RankShare share = share_of(features.count(), ranks->rank(), ranks->size());
  return {share.begin, share.end};
}

}  // namespace

Selection select_bins(const Features& features, std::span<const int32_t> labels, std::span<const int64_t> bad_rows,
                      const BinOptions& options, const Context& context, BinKeeper* keeper) {
  const CutOptions cut{options.function, options.lambda, options.bins, options.classes, options.engine, options.ranks};
  check_labels(features.count(), labels);
  if (features.width() < 1) throw InputError({"", "features", "have no columns", "Give at least one column"});
  validate(cut, features.width());
  const auto bad = mark_rows(features.count(), bad_rows);
  all_or_none(options.ranks, true, [&] { require_finite(features, "features", bad, own_rows(features, options.ranks), context); });
  const auto pools = options.kmeans != 0 ? make_kmeans_pools(features, bad, options, context)
                                         : make_pools(bad, options.per_class ? labels : std::span<const int32_t>());
  if (options.kmeans != 0) mention_sizes(pools, context);
  mention_small_pools(pools, options.bins, context);

  const auto results = cut_pools(features, pools.rows, cut, context, keeper);
  Selection selection{.method = "bins"};
  Placed placed(features.count());
  for (size_t i = 0; i < results.size(); ++i) append(selection, placed, pools.numbers[i], results[i]);
  std::move(placed).move_to(selection);
  return selection;
}

}  // namespace decant
