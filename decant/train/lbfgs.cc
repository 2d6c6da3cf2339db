#include "decant/train/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

namespace decant::train {
namespace {

constexpr size_t kPairs = 10;
constexpr double kEnough = 1e-4;  // of the decrease that the slope promises
constexpr int kHalvings = 40;

using Vector = std::vector<double>;

double inner(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add_times(Vector& to, double c, const Vector& x) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += c * x[i];
}

Vector minus(const Vector& a, const Vector& b) {
  Vector gap(a);
  add_times(gap, -1, b);
  return gap;
}

double largest_size(const Vector& x) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, std::abs(value));
  return largest;
}

struct Pair {
  Vector s;
  Vector y;
  double sy = 0;
};

/// −H·g by the two-loop recursion.
Vector direction(const std::deque<Pair>& pairs, const Vector& gradient) {
  Vector p(gradient);
  std::vector<double> alpha(pairs.size());
  for (size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = inner(pairs[i].s, p) / pairs[i].sy;
    add_times(p, -alpha[i], pairs[i].y);
  }
  if (!pairs.empty()) {
    const double scale = pairs.back().sy / inner(pairs.back().y, pairs.back().y);
    for (double& value : p) value *= scale;
  }
  for (size_t i = 0; i < pairs.size(); ++i) add_times(p, alpha[i] - inner(pairs[i].y, p) / pairs[i].sy, pairs[i].s);
  for (double& value : p) value = -value;
  return p;
}

double first_step(const Vector& gradient) {
  double sum = 0;
  for (const double value : gradient) sum += std::abs(value);
  return std::min(1.0, 1 / sum);
}

void remember(std::deque<Pair>& pairs, Vector s, Vector y) {
  const double sy = inner(s, y);
  if (sy <= 1e-12 * inner(y, y)) return;
  pairs.push_back({std::move(s), std::move(y), sy});
  if (pairs.size() > kPairs) pairs.pop_front();
}

}  // namespace

Minimum minimise(const Differentiable& f, std::vector<double> start, double tolerance, int64_t most_iterations) {
  Minimum now{.at = std::move(start)};
  Vector gradient(now.at.size());
  now.value = f(now.at, gradient);
  std::deque<Pair> pairs;
  for (;;) {
    now.slope = largest_size(gradient);
    now.reached = now.slope <= tolerance;
    if (now.reached || now.iterations == most_iterations) return now;
    const Vector p = direction(pairs, gradient);
    const double promise = inner(gradient, p);
    double t = pairs.empty() ? first_step(gradient) : 1;
    Vector next;
    Vector next_gradient(gradient.size());
    double value = 0;
    int halvings = 0;
    for (; halvings < kHalvings; ++halvings, t /= 2) {
      next = now.at;
      add_times(next, t, p);
      value = f(next, next_gradient);
      if (value <= now.value + kEnough * t * promise) break;
    }
    if (halvings == kHalvings) return now;
    remember(pairs, minus(next, now.at), minus(next_gradient, gradient));
    now.at = std::move(next);
    now.value = value;
    gradient = std::move(next_gradient);
    ++now.iterations;
  }
}

}  // namespace decant::train
