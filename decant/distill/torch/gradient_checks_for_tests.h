// What tests of gradients share: a small network in float64, and finite differences.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/random.h"
#include "decant/nn/network.h"

namespace decant::distill {

/// Normal, float64, always the same.
inline at::Tensor drawn(at::IntArrayRef shape, std::string_view name, uint64_t seed = 1) {
  at::Tensor values = at::empty(shape, at::kDouble);
  Random random(seed, name);
  std::generate_n(values.data_ptr<double>(), values.numel(), [&] { return random.normal(); });
  return values;
}

/// A ConvNet of width 4 for 8×8 grey pictures of three classes.
struct SmallNet {
  explicit SmallNet(uint64_t seed = 1, const std::string& name = "convnet+width=4+depth=2")
      : network(nn::make_network({name, {8, 8, 1}, 3})), state(nn::initial_state(*network, Random(seed, "small net"))) {
    for (nn::Tensors* tensors : {&state.parameters, &state.buffers}) {
      for (at::Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
    }
  }

  std::unique_ptr<const nn::Classifier> network;
  nn::State state;
};

/// Pictures, labels that are no one-hots, a rate: leaves, float64. `count` pictures.
inline nn::Tensors drawn_sources(int64_t count, double rate) {
  const at::Tensor labels =
      (drawn({count, 3}, "labels") * 0.2 + at::eye(3, at::kDouble).repeat_interleave((count + 2) / 3, 0).narrow(0, 0, count));
  nn::Tensors sources{drawn({count, 1, 8, 8}, "pictures"), labels, at::tensor({rate}, at::kDouble)};
  for (at::Tensor& source : sources) source = source.detach().set_requires_grad(true);
  return sources;
}

using LossOf = std::function<at::Tensor(const nn::Tensors& sources)>;

/// `loss`: anything that takes sources.
template <class Loss>
nn::Tensors gradients_of_loss(const Loss& loss, const nn::Tensors& sources) {
  return torch::autograd::grad({loss(sources)}, sources);
}

/// max |a − b| / max |b|, the worst of the tensors.
inline double relative_difference(const nn::Tensors& a, const nn::Tensors& b) {
  double worst = 0;
  for (size_t i = 0; i < b.size(); ++i) {
    const double size = b[i].abs().max().item<double>();
    worst = std::max(worst, (a[i] - b[i]).abs().max().item<double>() / size);
  }
  return worst;
}

/// The slope of `loss()` along a drawn direction of each of `leaves`, from the gradient and from
/// central differences of fourth order, relative to the gradient's norm. The distance is small
/// because an update jumps where a ReLU begins to let something through. The leaves are moved and
/// put back. REQUIRES: float64.
template <class Loss>
void expect_slopes(const Loss& loss, const nn::Tensors& leaves, double tolerance = 1e-6, double h = 1e-6) {
  const nn::Tensors gradients = torch::autograd::grad({loss()}, leaves);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const at::Tensor direction = drawn(leaves[i].sizes(), "direction", i + 1);
    const at::Tensor here = leaves[i].detach().clone();
    const auto move_to = [&](const at::Tensor& place) {
      const at::NoGradGuard values_only;
      leaves[i].copy_(place);
    };
    const auto at_distance = [&](double distance) {
      move_to(here + direction * distance);
      const at::Tensor value = loss();
      return value.item<double>();
    };
    const double slope = (8 * (at_distance(h) - at_distance(-h)) - (at_distance(2 * h) - at_distance(-2 * h))) / (12 * h);
    move_to(here);
    const double expected = (gradients[i] * direction).sum().item<double>();
    const double size = gradients[i].norm().item<double>();  // what a slope along a drawn direction is like
    EXPECT_GT(size, 0) << "leaf " << i;
    EXPECT_NEAR(slope, expected, tolerance * size) << "leaf " << i;
  }
}

template <class Loss>
void expect_finite_differences(const Loss& loss, const nn::Tensors& sources) {
  expect_slopes([&] { return loss(sources); }, sources);
}

/// The largest difference between the gradient of `of` with respect to `input` and central
/// differences, relative to the largest slope. `of`: a scalar; `input`: contiguous, float64.
inline double gradient_fault(const std::function<at::Tensor(const at::Tensor& input)>& of, const at::Tensor& input, double step = 1e-5) {
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
