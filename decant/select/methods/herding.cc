#include "decant/select/methods/herding.h"

#include <numeric>
#include <vector>

#include "decant/base/errors.h"
#include "decant/select/engine/linear_pool.h"
#include "decant/select/engine/nested_greedy.h"
#include "decant/select/engine/objective.h"

namespace decant {
namespace {

/// herding's, and τ = −½ from the first pick to the last.
LinearForm nearest_mean_form(size_t rows) {
  LinearForm form = linear_form(BinFunction::herding, 1);
  form.squared_norm = true;
  form.tau_start = -0.5 / static_cast<double>(rows);
  return form;
}

}  // namespace

Ranking herding(const Features& features, const PoolTask& pool, const Context& context) {
  DECANT_CHECK(pool.count, <=, static_cast<int64_t>(pool.rows.size()));
  Ranking ranking;
  if (pool.count == 0) return ranking;
  Stage stage(context, "picks", pool.count, "picks");
  LinearPool linear(features, pool.rows, nearest_mean_form(pool.rows.size()), context);
  NestedPicker picker(linear, {}, context);
  std::vector<int32_t> everyone(pool.rows.size());
  std::iota(everyone.begin(), everyone.end(), 0);
  ranking.order.assign(pool.chosen.rows.begin(), pool.chosen.rows.end());
  for (const double gain : picker.begin_bin(everyone, places_in(pool, pool.chosen.rows)))
    ranking.gains.push_back(static_cast<float>(2 * gain));
  stage.advance(std::ssize(ranking.order));
  for (int64_t i = std::ssize(ranking.order); i < pool.count; ++i) {
    const auto pick = picker.next();
    ranking.order.push_back(pool.rows[static_cast<size_t>(pick.row)]);
    ranking.gains.push_back(static_cast<float>(2 * pick.gain));
    stage.advance();
  }
  return ranking;
}

}  // namespace decant
