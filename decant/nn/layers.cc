#include "decant/nn/layers.h"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::nn {

namespace {

constexpr double kNormEpsilon = 1e-5;
constexpr double kMomentum = 0.1;

TensorSpec weight_spec(const std::string& name, std::vector<int64_t> shape, int64_t fan_in, int64_t fan_out, Draw draw) {
  TensorSpec spec{name + ".weight", std::move(shape), Init::kaiming_uniform, true, 0};
  if (draw == Draw::torch) {
    spec.scale = 1 / std::sqrt(static_cast<double>(fan_in));
  } else if (draw == Draw::trunc_normal) {
    spec.init = Init::trunc_normal;
    spec.scale = 0.02;
  } else {
    spec.init = Init::kaiming_normal;
    spec.scale = std::sqrt(2 / static_cast<double>(draw == Draw::he_fan_in ? fan_in : fan_out));
  }
  return spec;
}

/// The vision transformers start their biases at zero; everyone else leaves torch's default.
TensorSpec bias_spec(const std::string& name, int64_t width, int64_t fan_in, Draw draw) {
  if (draw == Draw::trunc_normal) return {name + ".bias", {width}, Init::zeros, false, 0};
  return {name + ".bias", {width}, Init::kaiming_uniform, false, 1 / std::sqrt(static_cast<double>(fan_in))};
}

/// A picture of one channel has the same bytes in both formats, and libtorch then reads its strides as NCHW; so the strides are
/// written out, else the whole network would run in NCHW.
Tensor channels_last(const Tensor& images) {
  if (images.size(1) != 1) return images.contiguous(at::MemoryFormat::ChannelsLast);
  return images.reshape({images.size(0), images.size(2), images.size(3), 1}).permute({0, 3, 1, 2});
}

}  // namespace

Tensor Conv::operator()(const Pass& pass, const Tensor& x) const {
  const Tensor bias = shape.bias ? pass.parameters[weight + 1] : Tensor();
  return at::conv2d(x, pass.parameters[weight], bias, shape.stride, shape.padding);
}

Tensor Linear::operator()(std::span<const Tensor> parameters, const Tensor& x) const {
  return at::linear(x, parameters[weight], parameters[weight + 1]);
}

Tensor BatchNorm::operator()(const Pass& pass, const Tensor& x) const {
  return at::batch_norm(x, pass.parameters[weight], pass.parameters[weight + 1], pass.buffers[mean], pass.buffers[mean + 1], pass.training,
                        kMomentum, kNormEpsilon, /*cudnn_enabled=*/true);
}

Tensor InstanceNorm::operator()(const Pass& pass, const Tensor& x) const {
  return at::group_norm(x, x.size(1), pass.parameters[weight], pass.parameters[weight + 1], kNormEpsilon);
}

Tensor LayerNorm::operator()(const Pass& pass, const Tensor& x) const {
  return at::layer_norm(x, width, pass.parameters[weight], pass.parameters[weight + 1], kNormEpsilon);
}

Tensor global_mean(const Tensor& x) {
  return x.mean(at::IntArrayRef{2, 3});
}

Tensor max_pool(const Tensor& x, int64_t kernel, int64_t stride, int64_t padding) {
  return at::max_pool2d(x, kernel, stride, padding);
}

Tensor mean_pool(const Tensor& x, int64_t kernel) {
  return at::avg_pool2d(x, kernel);
}

Tensor LayeredNetwork::embed(std::span<const Tensor> parameters, std::span<Tensor> buffers, const Tensor& images, bool training) const {
  DECANT_CHECK(parameters.size(), ==, parameters_.size());
  DECANT_CHECK(buffers.size(), ==, buffers_.size());
  return features({parameters, buffers, training}, channels_last(images));
}

Tensor LayeredNetwork::classify(std::span<const Tensor> parameters, const Tensor& embedding) const {
  return head_(parameters, embedding);
}

Conv LayeredNetwork::add_conv(const std::string& name, int64_t in, int64_t out, ConvShape shape, Draw draw) {
  const int64_t area = shape.kernel * shape.kernel;
  const size_t at = add_parameter(weight_spec(name, {out, in, shape.kernel, shape.kernel}, in * area, out * area, draw));
  if (shape.bias) add_parameter(bias_spec(name, out, in * area, draw));
  return {at, shape};
}

Linear LayeredNetwork::add_linear(const std::string& name, int64_t in, int64_t out, Draw draw) {
  const size_t at = add_parameter(weight_spec(name, {out, in}, in, out, draw));
  add_parameter(bias_spec(name, out, in, draw));
  return {at};
}

BatchNorm LayeredNetwork::add_batch_norm(const std::string& name, int64_t channels) {
  buffers_.push_back({name + ".running_mean", {channels}, Init::zeros, false, 0});
  buffers_.push_back({name + ".running_var", {channels}, Init::ones, false, 0});
  return {add_scale_and_shift(name, channels), buffers_.size() - 2};
}

InstanceNorm LayeredNetwork::add_instance_norm(const std::string& name, int64_t channels) {
  return {add_scale_and_shift(name, channels)};
}

LayerNorm LayeredNetwork::add_layer_norm(const std::string& name, int64_t width) {
  return {add_scale_and_shift(name, width), width};
}

size_t LayeredNetwork::add_scale_and_shift(const std::string& name, int64_t width) {
  const size_t at = add_parameter({name + ".weight", {width}, Init::ones, false, 0});
  add_parameter({name + ".bias", {width}, Init::zeros, false, 0});
  return at;
}

size_t LayeredNetwork::add_parameter(TensorSpec spec) {
  parameters_.push_back(std::move(spec));
  return parameters_.size() - 1;
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

}  // namespace decant::nn
