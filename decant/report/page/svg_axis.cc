#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/report/page/charts.h"

namespace decant::report {

std::string length(double part, double whole) {
  const double fraction = whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0;
  return fmt::format("{:.2f}%", 100 * fraction);
}

std::vector<double> ticks(double low, double high, int about) {
  const double raw = (high - low) / about;
  const double magnitude = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * magnitude;
  for (const double round : {1.0, 2.0, 5.0}) {
    if (round * magnitude >= raw) {
      step = round * magnitude;
      break;
    }
  }
  std::vector<double> positions;
  const double last = std::floor(high / step + 1e-9);
  for (double i = std::ceil(low / step - 1e-9); i <= last; ++i) positions.push_back(i * step);
  return positions;
}

}  // namespace decant::report
