#include "decant/select/rules/band.h"

#include <algorithm>

#include "decant/select/rules/pool_scores.h"

namespace decant {

Ranking band(std::span<const double> scores, const PoolTask& pool, const BandOptions& options) {
  const std::vector<double> own = scores_of(scores, pool);
  const std::vector<int64_t> order = falling_order(own);
  const auto n = std::ssize(own);
  const auto rounded = [&](double share) { return static_cast<int64_t>(std::llround(share * static_cast<double>(n))); };
  const int64_t width = std::clamp(rounded(options.width), pool.count, n);
  const int64_t begin = std::clamp<int64_t>((n - width) / 2 + rounded(options.shift), 0, n - width);
  std::vector<int64_t> places(order.begin() + begin, order.begin() + begin + width);
  order_by_keys(places, row_keys(pool, options.seed, "band"));
  return ranking_of(pool, own, places);
}

}  // namespace decant
