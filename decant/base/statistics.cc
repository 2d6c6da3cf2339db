#include "decant/base/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// Regularised incomplete beta function I_x(a, b) by its continued fraction (modified Lentz).
double incomplete_beta(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incomplete_beta(1 - x, b, a);
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) / a;
  constexpr double tiny = 1e-300;
  double c = 1;
  double d = 1 / std::max(tiny, 1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (const double term : {even, odd}) {
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      fraction *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

/// P(|T| > t).
double two_sided_tail(double t, double freedom) {
  return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

}  // namespace

double student_t(double freedom, double confidence) {
  DECANT_CHECK(freedom, >, 0.0);
  double low = 0;
  double high = 1;
  while (two_sided_tail(high, freedom) > 1 - confidence) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (two_sided_tail(middle, freedom) > 1 - confidence ? low : high) = middle;
  }
  return (low + high) / 2;
}

Estimate estimate(std::span<const double> values) {
  DECANT_CHECK(values.size(), >, size_t{0});
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() == 1) return {mean, std::numeric_limits<double>::infinity()};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, student_t(n - 1) * std::sqrt(squares / (n - 1) / n)};
}

namespace {

/// Squared standard error of the mean, infinite for a single value.
double squared_error(std::span<const double> values, double mean) {
  const auto n = static_cast<double>(values.size());
  if (values.size() == 1) return std::numeric_limits<double>::infinity();
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / (n - 1) / n;
}

}  // namespace

Estimate difference(std::span<const double> a, std::span<const double> b) {
  const double mean_a = estimate(a).mean;
  const double mean_b = estimate(b).mean;
  const double error_a = squared_error(a, mean_a);
  const double error_b = squared_error(b, mean_b);
  const double both = error_a + error_b;
  if (!std::isfinite(both)) return {mean_a - mean_b, both};
  if (both <= 0) return {mean_a - mean_b, 0};  // every value the same on either side
  const double freedom =
      both * both / (error_a * error_a / static_cast<double>(a.size() - 1) + error_b * error_b / static_cast<double>(b.size() - 1));
  return {mean_a - mean_b, student_t(freedom) * std::sqrt(both)};
}

Estimate paired_difference(std::span<const double> a, std::span<const double> b) {
  DECANT_CHECK(a.size(), ==, b.size());
  std::vector<double> gaps(a.size());
  for (size_t i = 0; i < a.size(); ++i) gaps[i] = a[i] - b[i];
  return estimate(gaps);
}

namespace {

/// From 0; of ties the mean.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
    begin = end;
  }
  return ranks;
}

}  // namespace

double spearman_rho(std::span<const double> a, std::span<const double> b) {
  DECANT_CHECK(a.size(), ==, b.size());
  const std::vector<double> x = ranks_of(a);
  const std::vector<double> y = ranks_of(b);
  const double mean = (static_cast<double>(x.size()) - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}

double kendall_tau(std::span<const double> a, std::span<const double> b) {
  DECANT_CHECK(a.size(), ==, b.size());
  const auto sign = [](double x) { return (x > 0) - (x < 0); };
  int64_t balance = 0;
  int64_t ordered_a = 0;
  int64_t ordered_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = i + 1; j < a.size(); ++j) {
      const int in_a = sign(a[i] - a[j]);
      const int in_b = sign(b[i] - b[j]);
      balance += in_a * in_b;
      ordered_a += in_a * in_a;
      ordered_b += in_b * in_b;
    }
  }
  if (ordered_a == 0 || ordered_b == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(balance) / std::sqrt(static_cast<double>(ordered_a) * static_cast<double>(ordered_b));
}

}  // namespace decant
