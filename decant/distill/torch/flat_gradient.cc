#include "decant/distill/torch/flat_gradient.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

namespace decant::distill {
namespace {

using at::Tensor;
using nn::Tensors;

constexpr double kTinyNorm = 1e-12;  // of a gradient that is zero

Tensor product_of_all(const Tensors& a, const Tensors& b) {
  Tensor sum = at::zeros({}, a.front().options().requires_grad(false));
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] * b[i]).sum();
  return sum;
}

/// θ + ρ T² g / ‖T g‖
Tensors uphill(const Tensors& parameters, const Tensors& gradients, const Flatness& flatness) {
  Tensors scaled;  // T g
  for (size_t i = 0; i < parameters.size(); ++i)
    scaled.push_back(flatness.adaptive ? gradients[i] * parameters[i].detach().abs() : gradients[i]);
  const Tensor factor = flatness.radius / (product_of_all(scaled, scaled).sqrt() + kTinyNorm);
  Tensors moved;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Tensor direction = flatness.adaptive ? scaled[i] * parameters[i].detach().abs() : scaled[i];
    moved.push_back(parameters[i].detach() + direction * factor);
  }
  return moved;
}

}  // namespace

Tensors flat_gradient(const std::function<Tensors(const Tensors&)>& gradient, const Tensors& parameters, const Flatness& flatness) {
  const Tensors here = gradient(parameters);
  if (flatness.radius == 0) return here;
  const Tensors there = [&] {
    const at::NoGradGuard values_only;
    return uphill(parameters, here, flatness);
  }();
  Tensors result = gradient(there);
  const at::NoGradGuard values_only;
  const Tensor along = product_of_all(here, result) / (product_of_all(result, result) + kTinyNorm);
  for (size_t i = 0; i < result.size(); ++i) result[i] = result[i] - (here[i] - result[i] * along) * flatness.gap;
  return result;
}

}  // namespace decant::distill
