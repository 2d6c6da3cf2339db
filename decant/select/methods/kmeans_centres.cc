#include "decant/select/methods/kmeans_centres.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/matrix.h"
#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/select/geometry/kmeans_pools.h"

namespace decant {
namespace {

/// A row as k-means sees it: scale·x.
struct ScaledRow {
  std::span<const float> x;
  double scale;
};

class ClusterCentres {
 public:
  ClusterCentres(const Features& features, const PoolTask& pool, std::span<const int32_t> clusters, bool unit)
      : features_(features), pool_(pool), clusters_(clusters), unit_(unit), sizes_(count_of(clusters), 0) {
    means_ = Matrix<double>(static_cast<int64_t>(sizes_.size()), features.width());
    for (size_t place = 0; place < clusters.size(); ++place) {
      const auto row = at(place);
      add_scaled(means_[clusters[place]], row.scale, row.x);
      ++sizes_[static_cast<size_t>(clusters[place])];
    }
    for (size_t c = 0; c < sizes_.size(); ++c) {
      for (double& value : means_[static_cast<int64_t>(c)]) value /= static_cast<double>(sizes_[c]);
    }
  }

  std::span<const double> sizes() const { return sizes_; }

  /// Squared distance of every row to its centre, up to rounding.
  std::vector<double> distances() const {
    std::vector<double> squared(clusters_.size());
    for (size_t place = 0; place < squared.size(); ++place) {
      const auto row = at(place);
      const auto mean = means_[clusters_[place]];
      double square = 0;
      for (const double value : mean) square += value * value;
      squared[place] = row.scale * row.scale * dot(row.x, row.x) + square - 2 * row.scale * dot(row.x, mean);
    }
    return squared;
  }

 private:
  static size_t count_of(std::span<const int32_t> clusters) { return static_cast<size_t>(*std::ranges::max_element(clusters)) + 1; }
  ScaledRow at(size_t place) const {
    const auto x = features_.row(pool_.rows[place], scratch_);
    const double squared = unit_ ? dot(x, x) : 1;
    return {x, squared > 0 ? 1 / std::sqrt(squared) : 0};
  }

  const Features& features_;
  const PoolTask& pool_;
  std::span<const int32_t> clusters_;
  bool unit_;
  std::vector<double> sizes_;
  Matrix<double> means_;
  mutable std::vector<float> scratch_;
};

/// Of every cluster the place nearest its centre, the smaller on a tie.
std::vector<int64_t> nearest_places(std::span<const int32_t> clusters, std::span<const double> distances, size_t count) {
  std::vector<int64_t> nearest(count, -1);
  for (size_t place = 0; place < clusters.size(); ++place) {
    int64_t& best = nearest[static_cast<size_t>(clusters[place])];
    if (best < 0 || distances[place] < distances[static_cast<size_t>(best)]) best = static_cast<int64_t>(place);
  }
  return nearest;
}

}  // namespace

Ranking kmeans_centres(const Features& features, const PoolTask& pool, const KMeansCentresOptions& options, const Context& context) {
  DECANT_CHECK(pool.count, <=, static_cast<int64_t>(pool.rows.size()));
  Ranking ranking;
  if (pool.count == 0) return ranking;
  const uint64_t seed = Random(options.seed, "k-means centres", static_cast<uint64_t>(pool.number)).bits64();
  const auto clusters = kmeans_pools(
      features, pool.rows,
      {.pools = pool.count, .unit = options.unit, .seed = seed, .plus_plus = pool.count <= kSpreadCentres, .rounds = options.rounds},
      context);
  const ClusterCentres centres(features, pool, clusters, options.unit);
  auto distances = centres.distances();
  const auto nearest = nearest_places(clusters, distances, centres.sizes().size());
  std::vector<double> sizes(pool.rows.size(), 0.0);  // by the row that stands for the cluster, so that ties fall to the smaller row
  for (size_t c = 0; c < nearest.size(); ++c) sizes[static_cast<size_t>(nearest[c])] = centres.sizes()[c];
  const auto put = [&](int64_t place, double gain) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(place)]);
    ranking.gains.push_back(static_cast<float>(gain));
    distances[static_cast<size_t>(place)] = -std::numeric_limits<double>::infinity();
  };
  const auto by_size = falling_order(sizes);
  for (size_t c = 0; c < nearest.size(); ++c) put(by_size[c], sizes[static_cast<size_t>(by_size[c])]);
  if (static_cast<int64_t>(nearest.size()) == pool.count) return ranking;
  const auto far = falling_order(distances);
  for (size_t i = 0; static_cast<int64_t>(ranking.order.size()) < pool.count; ++i) put(far[i], 0);
  return ranking;
}

}  // namespace decant
