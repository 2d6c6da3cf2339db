#include "decant/nn/norm_relu.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/nn/network.h"

namespace decant::nn {
namespace {

Tensor in_channels_last(const Tensor& tensor) {
  return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

struct Case {
  int64_t pictures, channels, height, width;
  bool halve, shortcut;
};

/// What goes in, drawn alike for both ways.
struct Inputs {
  Inputs(const Case& shape, at::ScalarType type, at::ScalarType norm_type) {
    maps = drawn({shape.pictures, shape.channels, shape.height, shape.width}).to(type);
    weight = drawn({shape.channels}).to(norm_type);
    bias = drawn({shape.channels}).to(norm_type);
    mean = at::zeros({shape.channels}, norm_type);
    variance = at::ones({shape.channels}, norm_type);
    if (shape.shortcut) shortcut = drawn({shape.pictures, shape.channels, shape.height, shape.width}).to(type);
    if (shape.shortcut) shortcut = in_channels_last(shortcut);
    maps = in_channels_last(maps);
    for (Tensor* tensor : {&maps, &weight, &bias, &shortcut}) {
      if (tensor->defined()) *tensor = tensor->detach().set_requires_grad(true);
    }
  }
  /// Multiples of 1/4, so that places of a cell are often equal.
  static Tensor drawn(at::IntArrayRef shape) { return at::randint(-6, 9, shape, at::kDouble) / 4; }

  Tensor maps, weight, bias, shortcut, mean, variance;
};

struct Outcome {
  Tensor out;
  Tensors gradients;
  Tensor mean, variance;
};

Outcome outcome_of(const Inputs& in, const Tensor& out) {
  Tensors of{in.maps, in.weight, in.bias};
  if (in.shortcut.defined()) of.push_back(in.shortcut);
  const Tensor weights = (at::arange(out.numel(), at::kDouble).reshape(out.sizes()) * 0.7).sin();
  const Tensor loss = (out.to(at::kDouble) * weights).sum();
  return {out.detach(), torch::autograd::grad({loss}, of), in.mean, in.variance};
}

Outcome written_out(const Inputs& in, bool halve) {
  Tensor y = at::batch_norm(in.maps, in.weight, in.bias, in.mean, in.variance, true, 0.1, 1e-5, false);
  if (in.shortcut.defined()) y = y + in.shortcut;
  y = at::relu(y);
  return outcome_of(in, halve ? at::max_pool2d(y, 2) : y);
}

Outcome in_one_step(const Inputs& in, bool halve) {
  return outcome_of(in, batch_norm_relu(in.maps, {in.weight, in.bias, in.mean, in.variance}, in.shortcut, halve));
}

void expect_close(const Outcome& a, const Outcome& b, double within) {
  const auto close = [&](const Tensor& x, const Tensor& y) { return at::allclose(x.to(at::kDouble), y.to(at::kDouble), within, within); };
  EXPECT_TRUE(close(a.out, b.out));
  EXPECT_TRUE(close(a.mean, b.mean));
  EXPECT_TRUE(close(a.variance, b.variance));
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  for (size_t i = 0; i < a.gradients.size(); ++i) EXPECT_TRUE(close(a.gradients[i], b.gradients[i])) << "gradient " << i;
}

const Case kCases[] = {{3, 5, 4, 6, true, false},  {2, 16, 7, 5, true, false}, {2, 3, 3, 3, false, false},
                       {4, 17, 5, 4, false, true}, {1, 1, 2, 2, true, false},  {2, 64, 1, 1, false, true}};

TEST(NormRelu, IsBatchNormReluAndMaximumOneAfterAnother) {
  for (const Case& shape : kCases) {
    SCOPED_TRACE(testing::Message() << shape.channels << " channels of " << shape.height << "x" << shape.width);
    const auto draw = [&](at::ScalarType type) {
      at::manual_seed(7);
      return Inputs(shape, type, type);
    };
    const Outcome truth = written_out(draw(at::kDouble), shape.halve);
    expect_close(in_one_step(draw(at::kDouble), shape.halve), truth, 1e-10);
    expect_close(in_one_step(draw(at::kFloat), shape.halve), truth, 1e-4);
  }
}

TEST(NormRelu, RoundsBfloat16ToTheNearest) {
  const Case shape{4, 16, 8, 8, true, false};
  const Inputs in(shape, at::kBFloat16, at::kFloat);
  Inputs wide = in;
  wide.maps = in.maps.detach().to(at::kDouble).set_requires_grad(true);
  for (Tensor* tensor : {&wide.weight, &wide.bias}) *tensor = tensor->detach().to(at::kDouble).set_requires_grad(true);
  wide.mean = in.mean.to(at::kDouble);
  wide.variance = in.variance.to(at::kDouble);
  const Outcome truth = written_out(wide, true);
  const Outcome narrow = in_one_step(in, true);
  EXPECT_EQ(narrow.out.scalar_type(), at::kBFloat16);
  const double half_a_step = 1.0 / 256;  // of 8 bits
  EXPECT_TRUE(at::allclose(narrow.out.to(at::kDouble), truth.out, half_a_step * 1.01, 1e-6));
  EXPECT_TRUE(at::allclose(narrow.mean.to(at::kDouble), truth.mean, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(narrow.gradients[1].to(at::kDouble), truth.gradients[1], 1e-2, 1e-2));
}

TEST(NormRelu, GivesTheSameOnAnyNumberOfThreads) {
  const int before = at::get_num_threads();
  const Inputs in({5, 16, 8, 8, true, false}, at::kFloat, at::kFloat);
  at::set_num_threads(1);
  const Outcome one = in_one_step(in, true);
  at::set_num_threads(3);
  const Outcome three = in_one_step(in, true);
  at::set_num_threads(before);
  EXPECT_TRUE(one.out.equal(three.out));
  for (size_t i = 0; i < one.gradients.size(); ++i) EXPECT_TRUE(one.gradients[i].equal(three.gradients[i]));
}

/// The gradients of a training pass in float64.
Tensors gradients_of(const Classifier& network, bool once) {
  State state = initial_state(network, Random(3));
  for (auto* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
  }
  for (Tensor& tensor : state.parameters) tensor.set_requires_grad(true);
  at::manual_seed(5);
  const Tensor logits = network.forward({.parameters = state.parameters, .buffers = state.buffers, .training = true, .once = once},
                                        at::randn({3, 3, 32, 32}, at::kDouble));
  Tensors all = torch::autograd::grad({logits.square().sum()}, state.parameters);
  all.insert(all.end(), state.buffers.begin(), state.buffers.end());
  return all;
}

TEST(NormRelu, LeavesANetworkWhatItWas) {
  for (const char* name : {"quick", "resnet20", "resnet18"}) {
    const auto network = make_network({name, {32, 32, 3}, 4});
    const Tensors slow = gradients_of(*network, false);
    const Tensors fast = gradients_of(*network, true);
    for (size_t i = 0; i < slow.size(); ++i) EXPECT_TRUE(at::allclose(fast[i], slow[i], 1e-8, 1e-8)) << name << ", tensor " << i;
  }
}

/// z and the moments of the batch, and the gradients of a sum over all of them.
struct Observed {
  Tensor out, mean, variance;
  Tensors gradients;
};

Observed observed(const Inputs& in, const Tensor& out, const Tensor& mean, const Tensor& variance) {
  const auto waves = [](const Tensor& like, double pitch) {
    return (at::arange(like.numel(), at::kDouble).reshape(like.sizes()) * pitch).sin();
  };
  const Tensor loss = (out.to(at::kDouble) * waves(out, 0.7)).sum() + (mean.to(at::kDouble) * waves(mean, 1.1)).sum() +
                      (variance.to(at::kDouble) * waves(variance, 0.3)).sum();
  Tensors of{in.maps};
  if (in.shortcut.defined()) of.push_back(in.shortcut);
  return {out.detach(), mean.detach(), variance.detach(), torch::autograd::grad({loss}, of)};
}

TEST(FrozenNormRelu, IsItsPartsOneAfterAnother) {
  for (const Case& shape : kCases) {
    SCOPED_TRACE(testing::Message() << shape.channels << " channels of " << shape.height << "x" << shape.width);
    const auto draw = [&](at::ScalarType type) {
      at::manual_seed(7);
      Inputs in(shape, type, type);
      in.mean = (in.bias.detach() * 0.3 + 0.1).clone();
      in.variance = in.weight.detach().square() + 0.5;
      for (Tensor* tensor : {&in.weight, &in.bias}) *tensor = tensor->detach();
      return in;
    };
    const Inputs in = draw(at::kDouble);
    Tensor y = at::batch_norm(in.maps, in.weight, in.bias, in.mean, in.variance, false, 0.1, 1e-5, false);
    if (in.shortcut.defined()) y = y + in.shortcut;
    const at::IntArrayRef others{0, 2, 3};
    const Tensor centre = in.maps.mean(others, true);
    const Observed truth = observed(in, at::relu(y), centre.flatten(), (in.maps - centre).square().mean(others));
    for (const auto& [type, within] : {std::pair(at::kDouble, 1e-10), {at::kFloat, 1e-4}}) {
      const Inputs own = draw(type);
      const ReluAndMoments made = frozen_norm_relu(own.maps, {own.weight, own.bias, own.mean, own.variance}, own.shortcut);
      const Observed fast = observed(own, made.out, made.mean, made.variance);
      const auto close = [&, within = within](const Tensor& a, const Tensor& b) {
        return at::allclose(a.to(at::kDouble), b, within, within);
      };
      EXPECT_TRUE(close(fast.out, truth.out));
      EXPECT_TRUE(close(fast.mean, truth.mean));
      EXPECT_TRUE(close(fast.variance, truth.variance));
      for (size_t i = 0; i < truth.gradients.size(); ++i) EXPECT_TRUE(close(fast.gradients[i], truth.gradients[i])) << "gradient " << i;
      EXPECT_TRUE(own.mean.equal(draw(type).mean)) << "running statistics moved";
    }
  }
}

/// What a network's batch norms see, and the gradient of the pictures from it and the logits.
std::pair<NormMoments, Tensor> seen_by(const Classifier& network, bool once, at::ScalarType type) {
  State state = initial_state(network, Random(3));
  for (auto* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(type);
  }
  at::manual_seed(5);
  const Tensor pictures = at::randn({3, 3, 32, 32}, at::kDouble).to(type).set_requires_grad(true);
  NormMoments moments;
  const Pass pass{.parameters = state.parameters, .buffers = state.buffers, .once = once, .moments = &moments};
  Tensor sum = network.forward(pass, pictures).square().sum();
  for (const NormMoments::Layer& layer : moments.layers)
    sum = sum + (layer.mean - layer.running_mean).norm() + (layer.variance - layer.running_variance).norm();
  return {moments, torch::autograd::grad({sum}, {pictures})[0]};
}

TEST(FrozenNormRelu, ShowsWhatEveryBatchNormSees) {
  for (const auto& [name, norms] :
       {std::pair("quick", 4), {"resnet20", 19}, {"resnet18", 20}, {"mobilenetv2", 52}, {"convnet3+norm=batch", 3}}) {
    const auto network = make_network({name, {32, 32, 3}, 4});
    const auto [slow, slow_gradient] = seen_by(*network, false, at::kDouble);
    const auto [fast, fast_gradient] = seen_by(*network, true, at::kDouble);
    EXPECT_EQ(std::ssize(slow.layers), norms) << name;
    ASSERT_EQ(fast.layers.size(), slow.layers.size()) << name;
    for (size_t i = 0; i < slow.layers.size(); ++i) {
      EXPECT_TRUE(at::allclose(fast.layers[i].mean, slow.layers[i].mean, 1e-8, 1e-8)) << name << ", norm " << i;
      EXPECT_TRUE(at::allclose(fast.layers[i].variance, slow.layers[i].variance, 1e-8, 1e-8)) << name << ", norm " << i;
    }
    EXPECT_TRUE(at::allclose(fast_gradient, slow_gradient, 1e-7, 1e-7)) << name;
  }
}

}  // namespace
}  // namespace decant::nn
