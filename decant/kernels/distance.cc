#include "decant/kernels/distance.h"

#include <array>
#include <cstddef>

#include "decant/base/errors.h"

namespace decant {
namespace {

template <class Y>
double distance_in_lanes(std::span<const float> x, std::span<const Y> y) {
  DECANT_CHECK(x.size(), ==, y.size());
  std::array<double, 16> lanes{};
  const auto add = [&](size_t lane, size_t at) {
    const double difference = static_cast<double>(x[at]) - static_cast<double>(y[at]);
    lanes[lane] += difference * difference;
  };
  size_t k = 0;
  for (; k + 16 <= x.size(); k += 16) {
    for (size_t lane = 0; lane < 16; ++lane) add(lane, k + lane);
  }
  for (size_t lane = 0; k + lane < x.size(); ++lane) add(lane, k + lane);
  for (size_t half = 8; half >= 1; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

}  // namespace

double squared_distance(std::span<const float> x, std::span<const float> y) {
  return distance_in_lanes(x, y);
}

double squared_distance(std::span<const float> x, std::span<const double> y) {
  return distance_in_lanes(x, y);
}

}  // namespace decant
