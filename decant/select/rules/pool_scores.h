// What the rules have in common: the scores of a pool's rows, and a ranking from places.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/select/pools/ranking.h"

namespace decant {

/// Beside pool.rows. Throws BugError for a NaN: whoever read the scores should have refused it.
inline std::vector<double> scores_of(std::span<const double> scores, const PoolTask& pool) {
  std::vector<double> own;
  own.reserve(pool.rows.size());
  for (const int64_t row : pool.rows) {
    own.push_back(scores[static_cast<size_t>(row)]);
    DECANT_CHECK(std::isnan(own.back()), ==, false);
  }
  return own;
}

/// The ranking of the pool's rows at these places, their scores as gains.
inline Ranking ranking_of(const PoolTask& pool, std::span<const double> own, std::span<const int64_t> places) {
  Ranking ranking;
  for (const int64_t place : places) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(place)]);
    ranking.gains.push_back(static_cast<float>(own[static_cast<size_t>(place)]));
  }
  return ranking;
}

/// A key for every place of the pool, uniform on (0, 1): a function of seed and row alone, so that
/// neither threads nor other rows matter.
inline std::vector<double> row_keys(const PoolTask& pool, uint64_t seed, std::string_view name) {
  std::vector<double> keys;
  for (const int64_t row : pool.rows) {
    Random random(seed, name, static_cast<uint64_t>(row));
    keys.push_back(random.uniform() + 0x1p-54);
  }
  return keys;
}

/// The places by falling key, ties to the smaller place: a random order of them.
inline void order_by_keys(std::span<int64_t> places, std::span<const double> keys) {
  std::ranges::sort(places, [&](int64_t a, int64_t b) {
    const double x = keys[static_cast<size_t>(a)];
    const double y = keys[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  });
}

}  // namespace decant
