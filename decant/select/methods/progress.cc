#include "decant/select/methods/progress.h"

#include <algorithm>
#include <cmath>

namespace decant {
namespace {

/// From 0 at `low` to 1 at `high`, by the logarithm.
double between(double value, double low, double high) {
  return std::clamp(std::log(value / low) / std::log(high / low), 0.0, 1.0);
}

}  // namespace

BetaFigures progress_figures(double keep, int64_t steps) {
  const double s = steps == 0 ? 1 : between(static_cast<double>(steps), 2500, 8000);
  return {.mode = 0.7 - s * std::clamp(keep - 0.1, 0.0, 0.2), .power = 3 - 2.5 * s * between(keep, 0.1, 0.3)};
}

}  // namespace decant
