#include "decant/features/torch/encoder_parts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/floats.h"

namespace decant::features {

using at::Tensor;

Tensor Linear::operator()(const Tensor& x) const {
  return at::linear(x, weight, bias);
}

Tensor Norm::operator()(const Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

WeightFile::WeightFile(const SentenceFolder& folder, const char* family, at::Device device)
    : path_(folder.weights.string()), content_(open_safetensors(folder.weights)), device_(device), epsilon_(folder.shape.layer_norm_eps) {
  constexpr const char* kFirst = "embeddings.word_embeddings.weight";
  const std::string prefix = std::string(family) + ".";
  if (content_.find(kFirst) == nullptr && content_.find(prefix + kFirst) != nullptr) prefix_ = prefix;
}

Tensor WeightFile::tensor(const std::string& name, std::vector<int64_t> shape) const {
  const SafeTensor& stored = require_tensor(content_, prefix_ + name, path_, "Give the folder of a model with all its weights");
  if (stored.shape != shape)
    throw InputError({path_, fmt::format("tensor '{}'", stored.name),
                      fmt::format("has shape {}, not {}, which config.json says", shape_text(stored.shape), shape_text(shape)),
                      "Use the config.json and weights of one model"});
  const Tensor values = at::empty(shape, at::kFloat);
  copy_floats(stored, path_, {values.data_ptr<float>(), static_cast<size_t>(values.numel())});
  return values.to(device_);
}

Linear WeightFile::linear(const std::string& name, int64_t in, int64_t out) const {
  return {tensor(name + ".weight", {out, in}), tensor(name + ".bias", {out})};
}

Norm WeightFile::norm(const std::string& name, int64_t width) const {
  const bool old = content_.find(prefix_ + name + ".gamma") != nullptr;
  return {tensor(name + (old ? ".gamma" : ".weight"), {width}), tensor(name + (old ? ".beta" : ".bias"), {width}), epsilon_};
}

EncoderLayer WeightFile::layer(int64_t index, const EncoderShape& shape, const AttentionNames& names) const {
  const std::string name = fmt::format("encoder.layer.{}.", index);
  const int64_t width = shape.hidden_size;
  std::vector<Tensor> weights;
  std::vector<Tensor> biases;
  for (const char* part : {names.query, names.key, names.value}) {
    const Linear one = linear(name + part, width, width);
    weights.push_back(one.weight);
    biases.push_back(one.bias);
  }
  return {.qkv = {at::cat(weights), at::cat(biases)},
          .projection = linear(name + names.projection, width, width),
          .widen = linear(name + "intermediate.dense", width, shape.intermediate_size),
          .narrow = linear(name + "output.dense", shape.intermediate_size, width),
          .norm1 = norm(name + names.norm, width),
          .norm2 = norm(name + "output.LayerNorm", width)};
}

std::vector<EncoderLayer> WeightFile::layers(const EncoderShape& shape, const AttentionNames& names) const {
  std::vector<EncoderLayer> all;
  for (int64_t index = 0; index < shape.num_hidden_layers; ++index) all.push_back(layer(index, shape, names));
  return all;
}

namespace {

Tensor attention(const EncoderLayer& layer, const EncoderShape& shape, const Tensor& x, const Tensor& bias) {
  const int64_t head_width = shape.hidden_size / shape.num_attention_heads;
  const Tensor qkv = layer.qkv(x).reshape({x.size(0), x.size(1), 3, shape.num_attention_heads, head_width}).permute({2, 0, 3, 1, 4});
  const Tensor q = qkv.select(0, 0) * (1 / std::sqrt(static_cast<double>(head_width)));
  const Tensor met = at::matmul(q, qkv.select(0, 1).transpose(-2, -1));
  const Tensor weights = at::softmax(bias.defined() ? met + bias : met, -1);
  return layer.projection(at::matmul(weights, qkv.select(0, 2)).transpose(1, 2).reshape(x.sizes()));
}

Tensor activated(Activation activation, const Tensor& x) {
  if (activation == Activation::relu) return at::relu(x);
  return at::gelu(x, activation == Activation::gelu_tanh ? "tanh" : "none");
}

}  // namespace

Tensor through(const std::vector<EncoderLayer>& layers, const EncoderShape& shape, Tensor x, const Tensor& bias) {
  for (const EncoderLayer& layer : layers) {
    x = layer.norm1(x + attention(layer, shape, x, bias));
    x = layer.norm2(x + layer.narrow(activated(shape.activation, layer.widen(x))));
  }
  return x;
}

}  // namespace decant::features
