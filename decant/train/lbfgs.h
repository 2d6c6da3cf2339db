// The smallest value of a smooth convex function, from values and gradients: L-BFGS (J. Nocedal,
// Mathematics of Computation 35, 1980; D. C. Liu and J. Nocedal, Mathematical Programming 45,
// 1989).
//
//   direction     p = −H·g, H from the last 10 pairs (s, y) of steps and changes of the gradient by
//                 the two-loop recursion, scaled by s·y / y·y of the newest
//   step          1, halved until f(x + t·p) ≤ f(x) + 10⁻⁴·t·g·p; at the very first, 1 / Σ|g| if
//                 that is less
//   pairs         with s·y ≤ 10⁻¹²·y·y are not kept: H stays positive, so p always points down
//   end           max |g| ≤ tolerance; or no step is found (the values no longer tell apart), or
//                 the iterations are used up
//
// There is no chance in it: the same function gives the same bits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace decant::train {

/// Returns f(x), and writes its gradient.
using Differentiable = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct Minimum {
  std::vector<double> at;
  double value = 0;
  double slope = 0;  ///< max |g| there
  int64_t iterations = 0;
  bool reached = false;  ///< slope ≤ tolerance
};

/// Cost: one evaluation an iteration, seldom two; 23 vectors of the length of `start`. REQUIRES: f
/// is finite at `start`.
Minimum minimise(const Differentiable& f, std::vector<double> start, double tolerance, int64_t most_iterations);

}  // namespace decant::train
