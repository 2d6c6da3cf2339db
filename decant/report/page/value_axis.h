// The stretch of a metric's values that a chart shows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "decant/data/evidence.h"

namespace decant::report {

struct ValueAxis {
  const Metric& metric;
  double low = 0;
  double high = 1;
  double share(double value) const { return (value - low) / (high - low); }
};

/// Ends of the interval of a mean, within the metric's bounds; the mean where there is none.
double lowest(const Evidence::Cell& cell, const Metric& metric);
double highest(const Evidence::Cell& cell, const Metric& metric);

/// Steps of the axis in a unit of the value: 100, so that it begins and ends at whole per cents.
double axis_steps(const Metric& metric);

/// Fits every value and interval, with a margin.
ValueAxis value_axis(std::span<const Evidence::Cell* const> cells, const Metric& metric);

/// Decimals of the numbers at its ticks.
int tick_decimals(const ValueAxis& axis);

/// "Accuracy on held-out data, in per cent." and whether lower is better.
std::string metric_note(const Metric& metric);
/// " The axis starts at 64 %, not at 0."; empty where it does start there.
std::string start_note(const ValueAxis& axis);

}  // namespace decant::report
