#include "decant/trials/dirichlet.h"

#include <algorithm>
#include <cmath>

namespace decant::trials {
namespace {

/// In (0, 1].
double not_zero(Random& random) {
  return 1 - random.uniform();
}

/// log of a Gamma(shape, 1) variate, shape ≥ 1.
double log_gamma_variate(double shape, Random& random) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal();
    const double v = std::pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (std::log(not_zero(random)) < 0.5 * x * x + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

}  // namespace

std::vector<double> dirichlet(double alpha, int count, Random random) {
  std::vector<double> logs;
  for (int i = 0; i < count; ++i) {
    // Gamma(α) = Gamma(α + 1) · U^(1/α)
    const double boost = alpha < 1 ? std::log(not_zero(random)) / alpha : 0;
    logs.push_back(log_gamma_variate(alpha < 1 ? alpha + 1 : alpha, random) + boost);
  }
  const double most = *std::ranges::max_element(logs);
  double sum = 0;
  for (double& value : logs) {
    value = std::exp(value - most);
    sum += value;
  }
  for (double& value : logs) value /= sum;
  return logs;
}

}  // namespace decant::trials
