#include "decant/select/methods/kernel_herding.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <numeric>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/select/methods/herding.h"

namespace decant {
namespace {

constexpr int64_t kMostFrequencies = 65'536;
constexpr int64_t kComparedPairs = 1024;
constexpr int64_t kMappedRows = 64;
constexpr double kScales[] = {4, 2, 1, 0.5};

/// Of pairs of rows drawn from the pool, those of length 0 left out; 1 where there are no others.
double median_distance(const Features& features, const PoolTask& pool, uint64_t seed) {
  Random random(seed, fmt::format("compared pairs {}", pool.number));
  std::vector<double> distances;
  std::vector<float> one, other;
  for (int64_t i = 0; i < kComparedPairs; ++i) {
    const auto x = features.row(pool.rows[random.below(pool.rows.size())], one);
    const auto y = features.row(pool.rows[random.below(pool.rows.size())], other);
    double squared = 0;
    for (size_t k = 0; k < x.size(); ++k) {
      const double difference = static_cast<double>(x[k]) - static_cast<double>(y[k]);
      squared += difference * difference;
    }
    if (squared > 0) distances.push_back(std::sqrt(squared));
  }
  if (distances.empty()) return 1;
  const auto middle = distances.begin() + std::ssize(distances) / 2;
  std::ranges::nth_element(distances, middle);
  return *middle;
}

/// ω, one per row.
Matrix<double> draw_frequencies(const Features& features, const PoolTask& pool, const KernelHerdingOptions& options) {
  const double sigma = median_distance(features, pool, options.seed);
  Matrix<double> frequencies(options.frequencies, features.width());
  for (int64_t j = 0; j < frequencies.rows(); ++j) {
    Random random(options.seed, fmt::format("frequencies {}", pool.number), static_cast<uint64_t>(j));
    const double scale = 1 / (sigma * kScales[static_cast<size_t>(j) % std::size(kScales)]);
    for (double& value : frequencies[j]) value = scale * random.normal();
  }
  return frequencies;
}

std::vector<int64_t> at(std::span<const int64_t> rows, std::span<const int64_t> places) {
  std::vector<int64_t> some;
  for (const int64_t place : places) some.push_back(rows[static_cast<size_t>(place)]);
  return some;
}

}  // namespace

Matrix<float> random_fourier_features(const Features& features, const PoolTask& pool, const KernelHerdingOptions& options,
                                      const Context& context) {
  if (options.frequencies < 1 || options.frequencies > kMostFrequencies)
    throw InputError({"", "frequencies", fmt::format("is {}", options.frequencies), fmt::format("Give 1 to {}", kMostFrequencies)});
  const Matrix<double> frequencies = draw_frequencies(features, pool, options);
  Matrix<float> mapped(std::ssize(pool.rows), 2 * frequencies.rows());
  parallel_for(context, mapped.rows(), kMappedRows, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const auto x = features.row(pool.rows[static_cast<size_t>(i)], scratch);
      const auto to = mapped[i];
      for (int64_t j = 0; j < frequencies.rows(); ++j) {
        const double turn = dot(x, frequencies[j]);
        to[static_cast<size_t>(2 * j)] = static_cast<float>(std::cos(turn));
        to[static_cast<size_t>(2 * j + 1)] = static_cast<float>(std::sin(turn));
      }
    }
  });
  return mapped;
}

Ranking kernel_herding(const Features& features, const PoolTask& pool, const KernelHerdingOptions& options, const Context& context) {
  const auto mapped = std::make_shared<const Matrix<float>>(random_fourier_features(features, pool, options, context));
  std::vector<int64_t> places(pool.rows.size());
  std::iota(places.begin(), places.end(), int64_t{0});
  const std::vector<int32_t> chosen_places = places_in(pool, pool.chosen.rows);
  const std::vector<int64_t> chosen(chosen_places.begin(), chosen_places.end());
  PoolTask mapped_pool{.number = pool.number, .rows = places, .count = pool.count};
  mapped_pool.chosen.rows = chosen;
  Ranking ranking = herding(Features(mapped->view(), mapped), mapped_pool, context);
  ranking.order = at(pool.rows, ranking.order);
  return ranking;
}

}  // namespace decant
