// What the tests of rules share. Only *_test.cc include it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "decant/select/pools/ranking.h"

namespace decant {

/// 0 to n − 1.
inline std::vector<int64_t> first_rows(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// The first `count` rows of the order, ascending.
inline std::vector<int64_t> kept(const Ranking& ranking, int64_t count) {
  std::vector<int64_t> rows(ranking.order.begin(), ranking.order.begin() + count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace decant
