#include "decant/report/page/value_axis.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace decant::report {

double axis_steps(const Metric& metric) {
  return metric.scale * std::pow(10, metric.decimals - 1);
}

double lowest(const Evidence::Cell& cell, const Metric& metric) {
  return std::isfinite(cell.ci95) ? std::max(metric.least, cell.mean - cell.ci95) : cell.mean;
}

double highest(const Evidence::Cell& cell, const Metric& metric) {
  return std::isfinite(cell.ci95) ? std::min(metric.most, cell.mean + cell.ci95) : cell.mean;
}

ValueAxis value_axis(std::span<const Evidence::Cell* const> cells, const Metric& metric) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Evidence::Cell* const cell : cells) {
    const auto [least, most] = std::minmax_element(cell->values.begin(), cell->values.end());
    low = std::min({low, *least, lowest(*cell, metric)});
    high = std::max({high, *most, highest(*cell, metric)});
  }
  const double steps = axis_steps(metric);
  const double margin = std::max(0.2 / steps, (high - low) * 0.04);
  return {metric, std::max(metric.least, std::floor(steps * (low - margin)) / steps),
          std::min(metric.most, std::ceil(steps * (high + margin)) / steps)};
}

int tick_decimals(const ValueAxis& axis) {
  const bool fine = axis.high - axis.low < 3.5 / axis_steps(axis.metric);
  return fine ? axis.metric.decimals : std::max(0, axis.metric.decimals - 1);
}

std::string metric_note(const Metric& metric) {
  std::string note = fmt::format("{} on held-out data, in {}.{}", metric.title, metric.unit == "%" ? "per cent" : metric.unit,
                                 metric.higher_is_better ? "" : " Lower is better.");
  note.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(note.front())));
  return note;
}

std::string start_note(const ValueAxis& axis) {
  if (std::abs(axis.low) <= 1e-9) return {};
  return fmt::format(" The axis starts at {:.3g} {}, not at 0.", axis.metric.scale * axis.low, axis.metric.unit);
}

}  // namespace decant::report
