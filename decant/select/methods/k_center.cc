#include "decant/select/methods/k_center.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/select/engine/block_sum.h"
#include "decant/select/methods/parts/pool_rows.h"

namespace decant {
namespace {

constexpr int64_t kDistancesAtOnce = 2048;
constexpr double kEqualRows = 1e-13;  // of the squared norms: less is rounding

class CenterPicker {
 public:
  CenterPicker(const Features& features, const PoolTask& pool, bool unit, const Context& context)
      : context_(context), rows_(features, pool.rows, context), unit_(unit), nearest_(pool.rows.size(), kFar) {}

  /// The place and its squared distance to the rows picked before.
  struct Pick {
    int64_t place;
    double squared;
  };

  Pick first() {
    const auto distances = distances_to_mean();
    const auto place = std::ranges::min_element(distances) - distances.begin();
    return take(place, distances[static_cast<size_t>(place)]);
  }

  Pick next() {
    const auto place = std::ranges::max_element(nearest_) - nearest_.begin();
    return take(place, nearest_[static_cast<size_t>(place)]);
  }

  /// Picks these first, whatever is farthest. Returns them.
  std::vector<Pick> go_on_from(std::span<const int32_t> places) {
    std::vector<Pick> picks;
    for (const int32_t place : places) {
      const auto at = static_cast<size_t>(place);
      picks.push_back(take(place, picks.empty() ? distances_to_mean()[at] : nearest_[at]));
    }
    return picks;
  }

 private:
  static constexpr double kFar = std::numeric_limits<double>::infinity();
  static constexpr double kPicked = -1;

  std::vector<double> distances_to_mean() const {
    auto mean = block_sum(rows_.size(), rows_.width(), {0, rows_.size()}, adder(), nullptr, context_);
    for (double& value : mean) value /= static_cast<double>(rows_.size());
    std::vector<double> distances(nearest_.size(), kFar);
    lower(distances, mean, 1, dot_of(mean));
    return distances;
  }

  double scale(int64_t place) const { return unit_ ? rows_.scale(place) : 1; }
  double square(int64_t place) const { return !unit_ ? rows_.squared(place) : rows_.scale(place) > 0 ? 1 : 0; }
  static double dot_of(std::span<const double> q) {
    double sum = 0;
    for (const double value : q) sum += value * value;
    return sum;
  }

  AddMembers adder() const {
    return [this](int64_t begin, int64_t end, std::span<double> sum) {
      for (int64_t place = begin; place < end; ++place) add_scaled(sum, scale(place), rows_.row(place));
    };
  }

  /// Distances become those to a query, times its scale, where that is nearer.
  void lower(std::span<double> distances, std::span<const double> query, double query_scale, double query_square) const {
    parallel_for(context_, rows_.size(), kDistancesAtOnce, [&](int64_t begin, int64_t end) {
      std::vector<double> dots(static_cast<size_t>(end - begin));
      rows_.dots(query, begin, dots);
      for (int64_t i = begin; i < end; ++i) {
        const double squares = square(i) + query_square;
        const double squared = squares - 2 * (scale(i) * query_scale) * dots[static_cast<size_t>(i - begin)];
        double& nearest = distances[static_cast<size_t>(i)];
        nearest = std::min(nearest, squared <= kEqualRows * squares ? 0 : squared);
      }
    });
  }

  Pick take(int64_t place, double squared) {
    lower(nearest_, rows_.query(place), scale(place), square(place));
    nearest_[static_cast<size_t>(place)] = kPicked;
    return {place, squared};
  }

  Context context_;
  PoolRows rows_;
  bool unit_;
  std::vector<double> nearest_;  ///< squared distance to the picks; kPicked is below all
};

}  // namespace

Ranking k_center(const Features& features, const PoolTask& pool, const KCenterOptions& options, const Context& context) {
  DECANT_CHECK(pool.count, <=, static_cast<int64_t>(pool.rows.size()));
  Ranking ranking;
  if (pool.count == 0) return ranking;
  Stage stage(context, "picks", pool.count, "picks");
  CenterPicker picker(features, pool, options.unit, context);
  const auto add = [&](const CenterPicker::Pick& pick) {
    ranking.order.push_back(pool.rows[static_cast<size_t>(pick.place)]);
    ranking.gains.push_back(static_cast<float>(std::sqrt(pick.squared)));
    stage.advance();
  };
  for (const auto& pick : picker.go_on_from(places_in(pool, pool.chosen.rows))) add(pick);
  while (std::ssize(ranking.order) < pool.count) add(ranking.order.empty() ? picker.first() : picker.next());
  return ranking;
}

}  // namespace decant
