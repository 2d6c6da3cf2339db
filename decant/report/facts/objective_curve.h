// The objective of every step, in as many points as a page can show.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace decant::report {

/// Steps first … last, from 0.
struct CurvePoint {
  int64_t first = 0;
  int64_t last = 0;
  double least = 0;
  double mean = 0;
  double most = 0;
};

struct Curve {
  std::vector<CurvePoint> points;  ///< at most the number asked for, each of as many steps (the last of fewer)
  bool logarithmic = false;        ///< all values are above 0 and span a factor of 30 and more
  double least = 0;
  double most = 0;

  /// Height of a value in the plane, from 0 (least) to 1.
  double share(double value) const;
};

/// REQUIRES: values are finite, most_points > 0. Linear in the steps.
Curve curve_of(std::span<const float> values, size_t most_points);

}  // namespace decant::report
