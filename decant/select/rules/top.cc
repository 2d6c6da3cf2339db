#include "decant/select/rules/top.h"

#include "decant/select/rules/pool_scores.h"

namespace decant {

Ranking top(std::span<const double> scores, const PoolTask& pool) {
  const std::vector<double> own = scores_of(scores, pool);
  return ranking_of(pool, own, falling_order(own));
}

}  // namespace decant
