#include "decant/distill/torch/ntk.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/acos.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sqrt.h>
#include <cmath>

namespace decant::distill {
namespace {

constexpr double kPi = std::numbers::pi;

/// What a layer of the recursion hands to the next: both kernels, and K(x, x) of both sides, (n, 1)
/// and (1, m).
struct LayerKernels {
  WideKernels of;
  Tensor variance_a, variance_b;
};

LayerKernels first_map(const KernelPoints& a, const KernelPoints& b, double weight, double bias) {
  const double scale = weight / static_cast<double>(a.flat.size(1));
  const Tensor product = at::matmul(a.flat, b.flat.t()) * scale + bias;
  return {{product, product}, (a.square * weight + bias).unsqueeze(1), (b.square * weight + bias).unsqueeze(0)};
}

/// Through a ReLU and the linear map behind it. `weight`, `bias`: σ_w², σ_b². A ReLU halves the
/// variances.
LayerKernels relu_and_map(const LayerKernels& in, double weight, double bias) {
  const Tensor size = in.variance_a.sqrt() * in.variance_b.sqrt();
  const Tensor cosine = (in.of.nngp / size).clamp(-kLargestCosine, kLargestCosine);
  const Tensor slope = (kPi - cosine.acos()) * (weight / (2 * kPi));
  const Tensor sine = (1 - cosine * cosine).sqrt();
  const Tensor nngp = size * (sine * (weight / (2 * kPi)) + slope * cosine) + bias;
  return {{nngp, nngp + in.of.ntk * slope}, in.variance_a * (weight / 2) + bias, in.variance_b * (weight / 2) + bias};
}

}  // namespace

KernelPoints kernel_points(const Tensor& images) {
  const Tensor flat = images.flatten(1);
  return {flat, (flat * flat).mean(1)};
}

WideKernels wide_kernels(const KernelPoints& a, const KernelPoints& b, const WideNet& net) {
  const double weight = net.weight_deviation * net.weight_deviation;
  const double bias = net.bias_deviation * net.bias_deviation;
  LayerKernels layer = first_map(a, b, weight, bias);
  for (int i = 0; i < net.depth; ++i) layer = relu_and_map(layer, weight, bias);
  return layer.of;
}

}  // namespace decant::distill
