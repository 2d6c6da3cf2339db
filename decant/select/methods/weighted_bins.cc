#include "decant/select/methods/weighted_bins.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

/// The rows of a bin, ascending, by pool and bin.
using RowsOfBins = std::map<std::pair<int32_t, int32_t>, std::vector<int64_t>>;

RowsOfBins rows_of_bins(const Selection& bins) {
  if (bins.ranked) {
    throw InputError(
        {"", "", fmt::format("the selection '{}' is a ranking and has no bins to weight", bins.method), "Use a method that makes bins"});
  }
  RowsOfBins rows;
  for (size_t row = 0; row < bins.bins.size(); ++row) {
    if (bins.bins[row] != kNoBin) rows[{bins.pools[row], bins.bins[row]}].push_back(static_cast<int64_t>(row));
  }
  return rows;
}

double mean_score(std::span<const int64_t> rows, const Selection& bins, std::span<const double> scores) {
  double sum = 0;
  for (const int64_t row : rows) {
    const auto at = static_cast<size_t>(row);
    const double score = scores.empty() ? std::abs(static_cast<double>(bins.gains[at])) : scores[at];
    if (scores.empty() && !std::isfinite(score))
      throw InputError({"", fmt::format("row {}", row), "its gain overflows float32", "Scale the features down"});
    if (!(score >= 0) || !std::isfinite(score))
      throw InputError({"", fmt::format("row {}", row), fmt::format("its score is {}", score), "Weights need finite scores of at least 0"});
    sum += score;
  }
  return sum / static_cast<double>(rows.size());
}

double diversity_of(std::span<const int64_t> rows, const Features& features) {
  if (rows.size() == 1) return 1;
  std::vector<double> sum(static_cast<size_t>(features.width()), 0.0);
  std::vector<float> scratch;
  double squares = 0;
  for (const int64_t row : rows) {
    const auto x = features.row(row, scratch);
    const double squared = dot(x, x);
    if (squared == 0) continue;
    add_scaled(sum, 1 / std::sqrt(squared), x);
    squares += 1;
  }
  double of_sum = 0;
  for (const double value : sum) of_sum += value * value;
  const auto count = static_cast<double>(rows.size());
  return std::max(0.0, 1 - (of_sum - squares) / (count * (count - 1)));
}

/// Sets the weights of the bins of one pool.
void weigh_pool(std::span<WeighedBin> bins, double alpha) {
  double rows = 0;
  double representation = 0;
  double diversity = 0;
  for (const WeighedBin& bin : bins) {
    rows += static_cast<double>(bin.rows);
    representation += bin.representation;
    diversity += bin.diversity;
  }
  const auto part = [&](double value, double sum) { return sum > 0 ? value / sum : 1 / static_cast<double>(bins.size()); };
  for (WeighedBin& bin : bins) {
    const double importance = 0.5 * (part(bin.representation, representation) + part(bin.diversity, diversity));
    bin.weight = alpha * importance + (1 - alpha) * static_cast<double>(bin.rows) / rows;
  }
}

/// Calls use(first, last) for the bins of every pool.
template <class Use>
void for_every_pool(std::span<WeighedBin> bins, Use&& use) {
  for (size_t begin = 0, end = 0; begin < bins.size(); begin = end) {
    while (end < bins.size() && bins[end].pool == bins[begin].pool) ++end;
    use(bins.subspan(begin, end - begin));
  }
}

std::vector<WeighedBin> weigh(const RowsOfBins& rows, const Selection& bins, const Features& features, std::span<const double> scores,
                              double alpha, const Context& context) {
  if (!(alpha >= 0 && alpha <= 1)) throw InputError({"", "", fmt::format("alpha {} of weighted bins", alpha), "Give a number from 0 to 1"});
  if (!scores.empty() && scores.size() != bins.bins.size()) {
    throw InputError({"", "scores", fmt::format("{} scores for {} rows", scores.size(), bins.bins.size()), "Give one score per row"});
  }
  std::vector<WeighedBin> weighed;
  std::vector<std::span<const int64_t>> members;
  for (const auto& [of, its_rows] : rows) {
    weighed.push_back({of.first, of.second, static_cast<int64_t>(its_rows.size()), mean_score(its_rows, bins, scores)});
    members.emplace_back(its_rows);
  }
  parallel_for(context, static_cast<int64_t>(members.size()), 1, [&](int64_t bin, int64_t) {
    weighed[static_cast<size_t>(bin)].diversity = diversity_of(members[static_cast<size_t>(bin)], features);
  });
  for_every_pool(weighed, [&](std::span<WeighedBin> pool) { weigh_pool(pool, alpha); });
  return weighed;
}

/// How many of each bin of a pool. `owed`: by number of the bin; brought up to date.
std::vector<int64_t> bin_shares(std::span<const WeighedBin> pool, int64_t count, std::map<int32_t, double>& owed) {
  std::vector<double> weights;
  std::vector<int64_t> sizes;
  std::vector<double> owed_here;
  for (const WeighedBin& bin : pool) {
    weights.push_back(bin.weight * static_cast<double>(bin.rows));
    sizes.push_back(bin.rows);
    owed_here.push_back(owed[bin.bin]);
  }
  const auto shares = share_weighted(count, weights, sizes, owed_here);
  const auto quotas = weighted_quotas(count, weights, sizes);
  for (size_t i = 0; i < pool.size(); ++i) owed[pool[i].bin] += quotas[i] - static_cast<double>(shares[i]);
  return shares;
}

std::vector<int64_t> pool_shares(std::span<WeighedBin> bins, int64_t count, const WeightedBinsOptions& options) {
  std::vector<int64_t> sizes;
  std::vector<int32_t> pools;
  int64_t rows = 0;
  for_every_pool(bins, [&](std::span<const WeighedBin> pool) {
    sizes.push_back(0);
    pools.push_back(pool.front().pool);
    for (const WeighedBin& bin : pool) sizes.back() += bin.rows;
    rows += sizes.back();
  });
  if (count < 1 || count > rows)
    throw InputError({"", "", fmt::format("cannot keep {} of {} usable rows", count, rows), fmt::format("Keep 1 to {} rows", rows)});
  return share(count, sizes, options.shares, drawn_ties(pools, options.seed));
}

std::vector<int64_t> draw_from_bin(std::vector<int64_t> rows, const WeighedBin& bin, int64_t count, uint64_t seed) {
  const uint64_t stream = (static_cast<uint64_t>(static_cast<uint32_t>(bin.pool)) << 32) | static_cast<uint32_t>(bin.bin);
  Random(seed, "weighted bins", stream).shuffle(std::span(rows));
  rows.resize(static_cast<size_t>(count));
  return rows;
}

}  // namespace

std::vector<WeighedBin> weigh_bins(const Selection& bins, const Features& features, std::span<const double> scores, double alpha,
                                   const Context& context) {
  return weigh(rows_of_bins(bins), bins, features, scores, alpha, context);
}

Selection weighted_bins(const Selection& bins, const Features& features, std::span<const double> scores, int64_t count,
                        const WeightedBinsOptions& options, const Context& context) {
  const RowsOfBins rows = rows_of_bins(bins);
  auto weighed = weigh(rows, bins, features, scores, options.alpha, context);
  const auto counts = pool_shares(weighed, count, options);
  std::map<int32_t, std::vector<int64_t>> drawn;  // by pool
  std::vector<bool> placed(bins.bins.size(), false);
  std::map<int32_t, double> owed;
  size_t at = 0;
  for_every_pool(weighed, [&](std::span<const WeighedBin> pool) {
    const auto shares = bin_shares(pool, counts[at++], owed);
    auto& order = drawn[pool.front().pool];
    for (size_t i = 0; i < pool.size(); ++i) {
      for (const int64_t row : draw_from_bin(rows.at({pool[i].pool, pool[i].bin}), pool[i], shares[i], options.seed)) {
        order.push_back(row);
        placed[static_cast<size_t>(row)] = true;
      }
    }
  });
  for (const int64_t row : bins.order) {
    if (!placed[static_cast<size_t>(row)]) drawn[bins.pools[static_cast<size_t>(row)]].push_back(row);
  }
  Selection result = bins;
  result.method = bins.method + ", weighted";
  result.order = {};
  for (const auto& [pool, order] : drawn) result.order.append(order);
  std::vector<int32_t> one_bin = bins.bins.values();
  std::ranges::replace_if(
      one_bin, [](int32_t bin) { return bin != kNoBin; }, 0);
  result.bins = std::move(one_bin);
  result.bin_count = 1;
  result.ranked = true;
  result.ties = options.seed;
  result.serves_from = result.serves_to = count;
  return result;
}

}  // namespace decant
