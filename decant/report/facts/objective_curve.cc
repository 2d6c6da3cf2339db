#include "decant/report/facts/objective_curve.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::report {
namespace {

constexpr double kLogarithmicFrom = 30;

CurvePoint point_of(std::span<const float> values, size_t first, size_t count) {
  const auto part = values.subspan(first, count);
  const auto [least, most] = std::ranges::minmax(part);
  double sum = 0;
  for (const float value : part) sum += value;
  return {static_cast<int64_t>(first), static_cast<int64_t>(first + count - 1), least, sum / static_cast<double>(count), most};
}

}  // namespace

double Curve::share(double value) const {
  if (!(most > least)) return 0.5;
  if (logarithmic) return std::log(value / least) / std::log(most / least);
  return (value - least) / (most - least);
}

Curve curve_of(std::span<const float> values, size_t most_points) {
  DECANT_CHECK(most_points, >, size_t{0});
  Curve curve;
  if (values.empty()) return curve;
  const size_t each = (values.size() + most_points - 1) / most_points;
  for (size_t first = 0; first < values.size(); first += each)
    curve.points.push_back(point_of(values, first, std::min(each, values.size() - first)));
  const auto [least, most] = std::ranges::minmax(values);
  curve.least = least;
  curve.most = most;
  curve.logarithmic = least > 0 && most / least >= kLogarithmicFrom;
  return curve;
}

}  // namespace decant::report
