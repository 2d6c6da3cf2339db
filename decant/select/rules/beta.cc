#include "decant/select/rules/beta.h"

#include <algorithm>

#include "decant/select/rules/pool_scores.h"

namespace decant {

Ranking beta(std::span<const double> ease, std::span<const double> scores, const PoolTask& pool, const BetaOptions& options) {
  constexpr double kEdge = 1e-6;  // the density may be infinite at 0 and 1
  constexpr double kLast = -1e9;  // below every weight
  const std::vector<double> own = scores_of(scores, pool);
  const std::vector<double> easy = scores_of(ease, pool);
  const double a = 1 + (options.concentration - 2) * options.mode;
  const double b = options.concentration - a;
  std::vector<double> keys = row_keys(pool, options.seed, "beta");
  for (size_t i = 0; i < keys.size(); ++i) {
    const double mean = std::clamp(easy[i], kEdge, 1 - kEdge);
    const double density = (a - 1) * std::log(mean) + (b - 1) * std::log1p(-mean);
    const double gumbel = -std::log(-std::log(keys[i]));
    const bool weightless = options.power > 0 && own[i] <= 0;
    keys[i] = weightless ? kLast + easy[i] : density + (options.power > 0 ? options.power * std::log(own[i]) : 0) + gumbel;
  }
  return ranking_of(pool, own, falling_order(keys));
}

}  // namespace decant
