// Drawn values and finite differences for tests of differentiable functions.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <functional>
#include <string_view>
#include <torch/csrc/autograd/autograd.h>
#include <vector>

#include "decant/base/random.h"

namespace decant::distill {

/// Standard normal values, float64.
inline at::Tensor drawn(at::IntArrayRef shape, std::string_view name) {
  at::Tensor result = at::zeros(shape, at::kDouble);
  Random random(1, name);
  std::generate_n(result.data_ptr<double>(), result.numel(), [&] { return random.normal(); });
  return result;
}

/// The largest difference between the gradient of `of` with respect to `input` and central
/// differences, relative to the largest slope. `of`: a scalar; `input`: contiguous, float64.
inline double gradient_fault(const std::function<at::Tensor(const at::Tensor&)>& of, const at::Tensor& input, double step = 1e-5) {
  const at::Tensor start = input.detach().clone().requires_grad_();
  const at::Tensor gradient = torch::autograd::grad({of(start)}, {start})[0].contiguous();
  at::Tensor moved = input.detach().clone();
  double fault = 0;
  for (int64_t i = 0; i < input.numel(); ++i) {
    double& value = moved.data_ptr<double>()[i];
    const double before = value;
    value = before + step;
    const double above = of(moved).item<double>();
    value = before - step;
    const double below = of(moved).item<double>();
    value = before;
    fault = std::max(fault, std::abs((above - below) / (2 * step) - gradient.data_ptr<double>()[i]));
  }
  return fault / gradient.abs().max().item<double>();
}

}  // namespace decant::distill
