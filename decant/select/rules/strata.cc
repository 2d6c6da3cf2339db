#include "decant/select/rules/strata.h"

#include <algorithm>
#include <numeric>

#include "decant/select/rules/pool_scores.h"

namespace decant {
namespace {

/// Places of the pool in each stratum, ascending.
std::vector<std::vector<int64_t>> cut_into_strata(std::span<const double> own, int count) {
  const auto [low, high] = std::minmax_element(own.begin(), own.end());
  const double range = *high - *low;
  std::vector<std::vector<int64_t>> strata(static_cast<size_t>(count));
  for (size_t i = 0; i < own.size(); ++i) {
    const double place = range > 0 ? (own[i] - *low) / range * count : 0;
    strata[std::min(static_cast<size_t>(place), strata.size() - 1)].push_back(static_cast<int64_t>(i));
  }
  return strata;
}

/// What each stratum gives, by water-filling: the one with the fewest rows first.
std::vector<int64_t> fill(std::span<const int64_t> sizes, int64_t budget) {
  std::vector<size_t> by_size(sizes.size());
  std::iota(by_size.begin(), by_size.end(), size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(), [&](size_t a, size_t b) { return sizes[a] < sizes[b]; });
  std::vector<int64_t> gives(sizes.size());
  for (size_t k = 0; k < by_size.size(); ++k) {
    int64_t& give = gives[by_size[k]];
    give = std::min(sizes[by_size[k]], budget / static_cast<int64_t>(by_size.size() - k));
    budget -= give;
  }
  return gives;
}

/// Puts the chosen rows of every stratum first, and returns how many each has.
std::vector<int64_t> chosen_to_the_front(std::vector<std::vector<int64_t>>& strata, const PoolTask& pool) {
  std::vector<int64_t> chosen(pool.chosen.rows.begin(), pool.chosen.rows.end());
  std::ranges::sort(chosen);
  const auto is_chosen = [&](int64_t place) { return std::ranges::binary_search(chosen, pool.rows[static_cast<size_t>(place)]); };
  std::vector<int64_t> had;
  for (std::vector<int64_t>& places : strata)
    had.push_back(std::stable_partition(places.begin(), places.end(), is_chosen) - places.begin());
  return had;
}

}  // namespace

Ranking strata(std::span<const double> scores, const PoolTask& pool, const StrataOptions& options) {
  const std::vector<double> own = scores_of(scores, pool);
  const std::vector<double> keys = row_keys(pool, options.seed, "strata");
  auto parts = cut_into_strata(own, options.strata);
  std::vector<int64_t> sizes;
  for (std::vector<int64_t>& places : parts) {
    order_by_keys(places, keys);
    sizes.push_back(std::ssize(places));
  }
  const std::vector<int64_t> had = chosen_to_the_front(parts, pool);
  const std::vector<int64_t> gives =
      at_least(had, pool.count, sizes, [](auto, std::span<const int64_t> open, int64_t left) { return fill(open, left); });
  std::vector<int64_t> picked;
  for (size_t k = 0; k < parts.size(); ++k) {
    picked.insert(picked.end(), parts[k].begin(), parts[k].begin() + gives[k]);
  }
  return ranking_of(pool, own, picked);
}

double published_hard_cut(double keep) {
  constexpr double kKeep[] = {0.1, 0.2, 0.3, 0.5, 1.0};
  constexpr double kCut[] = {0.3, 0.1, 0.1, 0.0, 0.0};
  if (keep <= kKeep[0]) return kCut[0];
  size_t i = 1;
  while (keep > kKeep[i]) ++i;
  return kCut[i - 1] + (kCut[i] - kCut[i - 1]) * (keep - kKeep[i - 1]) / (kKeep[i] - kKeep[i - 1]);
}

}  // namespace decant
