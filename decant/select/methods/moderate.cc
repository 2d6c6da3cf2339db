#include "decant/select/methods/moderate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/kernels/distance.h"

namespace decant {
namespace {

constexpr int64_t kMedianColumns = 64;
constexpr int64_t kMedianBytes = int64_t{64} << 20;
constexpr int64_t kMeasured = 256;

/// Reorders the values. REQUIRES: not empty.
double median_of(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  const auto upper = static_cast<double>(*middle);
  if (values.size() % 2 == 1) return upper;
  return 0.5 * (upper + static_cast<double>(*std::max_element(values.begin(), middle)));
}

std::vector<double> column_medians(const Features& features, std::span<const int64_t> rows, const Context& context) {
  std::vector<double> medians(static_cast<size_t>(features.width()));
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t columns = std::clamp(kMedianBytes / (count * int64_t{sizeof(float)}), int64_t{1}, kMedianColumns);
  parallel_for(context, features.width(), columns, [&](int64_t begin, int64_t end) {
    Matrix<float> turned(end - begin, count);
    std::vector<float> scratch;
    for (int64_t i = 0; i < count; ++i) {
      const auto x = features.row(rows[static_cast<size_t>(i)], scratch);
      for (int64_t k = begin; k < end; ++k) turned[k - begin][static_cast<size_t>(i)] = x[static_cast<size_t>(k)];
    }
    for (int64_t k = begin; k < end; ++k) medians[static_cast<size_t>(k)] = median_of(turned[k - begin]);
  });
  return medians;
}

}  // namespace

Ranking moderate(const Features& features, const PoolTask& pool, const Context& context) {
  const auto medians = column_medians(features, pool.rows, context);
  const auto count = static_cast<int64_t>(pool.rows.size());
  std::vector<double> distances(pool.rows.size());
  parallel_for(context, count, kMeasured, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      distances[i] = std::sqrt(squared_distance(features.row(pool.rows[i], scratch), medians));
  });
  std::vector<int64_t> ranked(pool.rows.size());
  std::iota(ranked.begin(), ranked.end(), int64_t{0});
  std::ranges::stable_sort(ranked, {}, [&](int64_t place) { return distances[static_cast<size_t>(place)]; });
  Ranking ranking;
  for (int64_t step = 0; step < count; ++step) {
    const int64_t away = (step + 1) / 2;  // from the lower middle: even numbers of rows go up first, odd ones down
    const bool upwards = (step % 2 == 1) == (count % 2 == 0);
    const int64_t rank = (count - 1) / 2 + (upwards ? away : -away);
    const auto place = static_cast<size_t>(ranked[static_cast<size_t>(rank)]);
    ranking.order.push_back(pool.rows[place]);
    ranking.gains.push_back(static_cast<float>(distances[place]));
  }
  return ranking;
}

}  // namespace decant
