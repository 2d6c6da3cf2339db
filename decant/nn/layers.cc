#include "decant/nn/layers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/nn/block_end.h"
#include "decant/nn/grey_conv.h"
#include "decant/nn/norm_relu.h"

namespace decant::nn {

namespace {

constexpr double kMomentum = 0.1;
constexpr int64_t kGroups = 4;

TensorSpec weight_spec(const std::string& name, std::vector<int64_t> shape, int64_t fan_in, int64_t fan_out, Draw draw) {
  TensorSpec spec{name + ".weight", std::move(shape), Init::kaiming_uniform, true, 0};
  if (draw == Draw::torch) {
    spec.scale = 1 / std::sqrt(static_cast<double>(fan_in));
  } else if (draw == Draw::trunc_normal) {
    spec.init = Init::trunc_normal;
    spec.scale = 0.02;
  } else if (draw == Draw::xavier) {
    spec.scale = std::sqrt(6 / static_cast<double>(fan_in + fan_out));
  } else {
    spec.init = Init::kaiming_normal;
    spec.scale = std::sqrt(2 / static_cast<double>(draw == Draw::he_fan_in ? fan_in : fan_out));
  }
  return spec;
}

/// The vision transformers start their biases at zero; everyone else leaves torch's default, and so
/// does the masked autoencoder in its one convolution.
TensorSpec bias_spec(const std::string& name, int64_t width, int64_t fan_in, Draw draw) {
  if (draw == Draw::trunc_normal || draw == Draw::xavier) return {name + ".bias", {width}, Init::zeros, false, 0};
  return {name + ".bias", {width}, Init::kaiming_uniform, false, 1 / std::sqrt(static_cast<double>(fan_in))};
}

/// A picture of one channel has the same bytes in both formats, and libtorch then reads its strides
/// as NCHW; so the strides are written out, else the whole network would run in NCHW.
Tensor in_format(const Tensor& images, at::MemoryFormat format) {
  if (images.size(1) != 1 || format != at::MemoryFormat::ChannelsLast) return images.contiguous(format);
  return images.reshape({images.size(0), images.size(2), images.size(3), 1}).permute({0, 3, 1, 2});
}

/// Over all but the channels, by operations that can be differentiated again.
void add_moments(NormMoments& moments, const Tensor& x, const Tensor& running_mean, const Tensor& running_variance) {
  std::vector<int64_t> others = {0};
  for (int64_t d = 2; d < x.dim(); ++d) others.push_back(d);
  const Tensor centre = x.mean(others, /*keepdim=*/true);
  moments.layers.push_back({centre.flatten(), (x - centre).square().mean(others), running_mean, running_variance});
}

/// What a convolution gave may be of fewer bits than what comes next works in.
Tensor as_parameters(const Pass& pass, const Tensor& x) {
  return pass.bfloat16 ? x.to(pass.parameters[0].scalar_type()) : x;
}

}  // namespace

Tensor Conv::operator()(const Pass& pass, const Tensor& x) const {
  const auto typed = [&](const Tensor& tensor) { return pass.bfloat16 ? tensor.to(at::kBFloat16) : tensor; };
  if (pass.once && !pass.bfloat16 && shape.stride == 1 && shape.groups == 1 && takes_grey_conv(x))
    return grey_conv(x, pass.parameters[weight], shape.bias ? pass.parameters[weight + 1] : Tensor(), shape.padding);
  const Tensor bias = shape.bias ? typed(pass.parameters[weight + 1]) : Tensor();
  return at::conv2d(typed(x), typed(pass.parameters[weight]), bias, shape.stride, shape.padding, 1, shape.groups);
}

Tensor Linear::operator()(const Pass& pass, const Tensor& x) const {
  return at::linear(as_parameters(pass, x), pass.parameters[weight], pass.parameters[weight + 1]);
}

Tensor Norm::operator()(const Pass& pass, const Tensor& given) const {
  if (kind == NormKind::none) return given;
  const Tensor x = as_parameters(pass, given);
  const Tensor& scale = pass.parameters[weight];
  const Tensor& shift = pass.parameters[weight + 1];
  switch (kind) {
    case NormKind::batch:
      if (pass.moments != nullptr && !pass.training) add_moments(*pass.moments, x, pass.buffers[mean], pass.buffers[mean + 1]);
      return at::batch_norm(x, scale, shift, pass.buffers[mean], pass.buffers[mean + 1], pass.training, kMomentum, epsilon,
                            /*cudnn_enabled=*/true);
    case NormKind::layer:
      return at::layer_norm(x, scale.sizes(), scale, shift, epsilon).contiguous(x.suggest_memory_format());
    default:
      return at::group_norm(x, kind == NormKind::group ? kGroups : x.size(1), scale, shift, epsilon);
  }
}

Tensor global_mean(const Tensor& x) {
  return x.mean(at::IntArrayRef{2, 3});
}

Tensor max_pool(const Tensor& x, int64_t kernel, int64_t stride, int64_t padding) {
  return at::max_pool2d(x, kernel, stride, padding);
}

namespace {

BatchNorm tensors_of(const Pass& pass, const Norm& norm) {
  return {pass.parameters[norm.weight],
          pass.parameters[norm.weight + 1],
          pass.buffers[norm.mean],
          pass.buffers[norm.mean + 1],
          kMomentum,
          norm.epsilon};
}

/// A frozen batch norm whose input somebody compares with what it expects.
bool observed_in_one_step(const Pass& pass, const Norm& norm, const Tensor& x) {
  return pass.moments != nullptr && !pass.training && pass.once && norm.kind == NormKind::batch && takes_norm_relu(x) &&
         x.scalar_type() == pass.buffers[norm.mean].scalar_type() && !pass.parameters[norm.weight].requires_grad();
}

Tensor observed_norm_relu(const Pass& pass, const Norm& norm, const Tensor& x, const Tensor& shortcut) {
  const BatchNorm frozen = tensors_of(pass, norm);
  const ReluAndMoments made = frozen_norm_relu(x, frozen, shortcut);
  pass.moments->layers.push_back({made.mean, made.variance, frozen.mean, frozen.variance});
  return made.out;
}

}  // namespace

Tensor norm_relu(const Pass& pass, const Norm& norm, const Tensor& x, const Tensor& shortcut, Halve halve) {
  const bool one_step = norm.kind == NormKind::batch && pass.training && pass.once && halve != Halve::mean && takes_norm_relu(x) &&
                        !(shortcut.defined() && halve != Halve::no);
  if (one_step) {
    const BatchNorm batch = tensors_of(pass, norm);
    return batch_norm_relu(x, batch, shortcut, halve == Halve::maximum);
  }
  if (norm.kind == NormKind::instance && pass.once && halve == Halve::mean && !shortcut.defined() && takes_block_end(x))
    return instance_norm_relu_mean(x, {pass.parameters[norm.weight], pass.parameters[norm.weight + 1], norm.epsilon});
  Tensor y;
  if (observed_in_one_step(pass, norm, x)) {
    y = observed_norm_relu(pass, norm, x, shortcut);
  } else {
    y = norm(pass, x);
    if (shortcut.defined()) y = y + shortcut;
    y = at::relu(y);
  }
  if (halve == Halve::maximum) y = max_pool(y, 2, 2);
  if (halve == Halve::mean) y = at::avg_pool2d(y, 2);
  return y;
}

Tensor ConvBlock::operator()(const Pass& pass, const Tensor& x) const {
  Tensor y = norm_relu(pass, norm, conv(pass, x), {}, halve);
  pass.tap_output(name, y);
  return y;
}

Tensor LayeredNetwork::maps(const Pass& pass, const Tensor& images) const {
  DECANT_CHECK(pass.parameters.size(), ==, parameters_.size());
  DECANT_CHECK(pass.buffers.size(), ==, buffers_.size());
  return as_parameters(pass, features(pass, in_format(images, memory_format(pass.once))));
}

Conv LayerList::add_conv(const std::string& name, int64_t in, int64_t out, ConvShape shape, Draw draw) {
  const int64_t area = shape.kernel * shape.kernel;
  const int64_t fan_in = in / shape.groups * area;
  const int64_t fan_out = out * area;  // as torch counts it, whatever the groups
  const size_t at = add_parameter(weight_spec(name, {out, in / shape.groups, shape.kernel, shape.kernel}, fan_in, fan_out, draw));
  if (shape.bias) add_parameter(bias_spec(name, out, fan_in, draw == Draw::xavier ? Draw::torch : draw));
  return {at, shape};
}

Linear LayerList::add_linear(const std::string& name, int64_t in, int64_t out, Draw draw) {
  const size_t at = add_parameter(weight_spec(name, {out, in}, in, out, draw));
  add_parameter(bias_spec(name, out, in, draw));
  return {at};
}

Norm LayerList::add_norm(NormKind kind, const std::string& name, std::vector<int64_t> shape) {
  if (kind == NormKind::none) return {};
  if (kind == NormKind::group && shape[0] % kGroups != 0)
    throw InputError({"", fmt::format("network '{}'", network_),
                      fmt::format("norm 'group' cannot cut {} channels into {}", shape[0], kGroups),
                      fmt::format("Choose a width that {} divides, or another norm", kGroups)});
  if (kind != NormKind::layer) shape.resize(1);
  Norm norm{kind};
  if (kind == NormKind::batch) {
    norm.mean = add_buffer({name + ".running_mean", shape, Init::zeros, false, 0});
    add_buffer({name + ".running_var", shape, Init::ones, false, 0});
  }
  norm.weight = add_parameter({name + ".weight", shape, Init::ones, false, 0});
  add_parameter({name + ".bias", shape, Init::zeros, false, 0});
  return norm;
}

size_t LayerList::add_parameter(TensorSpec spec) {
  parameter_list_.push_back(std::move(spec));
  return parameter_list_.size() - 1;
}

size_t LayerList::add_buffer(TensorSpec spec) {
  buffer_list_.push_back(std::move(spec));
  return buffer_list_.size() - 1;
}

void LayeredNetwork::end_with(const std::string& name, int64_t width, Draw draw) {
  embedding_width_ = width;
  head_ = add_linear(name, width, spec_.classes, draw);
}

void LayeredNetwork::require_side(int smallest) const {
  const ImageSize& in = spec_.input;
  if (in.width >= smallest && in.height >= smallest) return;
  throw InputError(
      {"", "",
       fmt::format("network '{}' needs pictures of at least {}×{} pixels, not {}×{}", spec_.name, smallest, smallest, in.width, in.height),
       "Choose a larger image size or another network"});
}

Tensor BlockNetwork::features(const Pass& pass, const Tensor& images) const {
  Tensor x = images;
  for (const ConvBlock& block : blocks_) x = block(pass, x);
  return x;
}

}  // namespace decant::nn
