#include "decant/features/torch/bert.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
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

/// Weights by their published names.
class Bert::File {
 public:
  File(const SentenceFolder& folder, at::Device device)
      : path_(folder.weights.string()), content_(open_safetensors(folder.weights)), device_(device), epsilon_(folder.shape.layer_norm_eps) {
    constexpr const char* kFirst = "embeddings.word_embeddings.weight";
    if (content_.find(kFirst) == nullptr && content_.find(std::string("bert.") + kFirst) != nullptr) prefix_ = "bert.";
  }

  Tensor tensor(const std::string& name, std::vector<int64_t> shape) const {
    const SafeTensor& stored = require_tensor(content_, prefix_ + name, path_, "Give the folder of a BERT model with all its weights");
    if (stored.shape != shape)
      throw InputError({path_, fmt::format("tensor '{}'", stored.name),
                        fmt::format("has shape {}, not {}, which config.json says", shape_text(stored.shape), shape_text(shape)),
                        "Use the config.json and weights of one model"});
    const Tensor values = at::empty(shape, at::kFloat);
    copy_floats(stored, path_, {values.data_ptr<float>(), static_cast<size_t>(values.numel())});
    return values.to(device_);
  }

  Linear linear(const std::string& name, int64_t in, int64_t out) const {
    return {tensor(name + ".weight", {out, in}), tensor(name + ".bias", {out})};
  }

  /// Files from TensorFlow call them gamma and beta.
  Norm norm(const std::string& name, int64_t width) const {
    const bool old = content_.find(prefix_ + name + ".gamma") != nullptr;
    return {tensor(name + (old ? ".gamma" : ".weight"), {width}), tensor(name + (old ? ".beta" : ".bias"), {width}), epsilon_};
  }

  Layer layer(int64_t index, const BertShape& shape) const {
    const std::string name = fmt::format("encoder.layer.{}.", index);
    const int64_t width = shape.hidden_size;
    std::vector<Tensor> weights;
    std::vector<Tensor> biases;
    for (const char* part : {"query", "key", "value"}) {
      const Linear one = linear(name + "attention.self." + part, width, width);
      weights.push_back(one.weight);
      biases.push_back(one.bias);
    }
    return {.qkv = {at::cat(weights), at::cat(biases)},
            .projection = linear(name + "attention.output.dense", width, width),
            .widen = linear(name + "intermediate.dense", width, shape.intermediate_size),
            .narrow = linear(name + "output.dense", shape.intermediate_size, width),
            .norm1 = norm(name + "attention.output.LayerNorm", width),
            .norm2 = norm(name + "output.LayerNorm", width)};
  }

 private:
  std::string path_;
  SafeTensors content_;
  at::Device device_;
  double epsilon_;
  std::string prefix_;
};

Tensor Bert::Linear::operator()(const Tensor& x) const {
  return at::linear(x, weight, bias);
}

Tensor Bert::Norm::operator()(const Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

Bert::Bert(const SentenceFolder& folder, at::Device device) : shape_(folder.shape) {
  const File file(folder, device);
  const int64_t width = shape_.hidden_size;
  words_ = file.tensor("embeddings.word_embeddings.weight", {shape_.vocab_size, width});
  places_ = file.tensor("embeddings.position_embeddings.weight", {shape_.max_position_embeddings, width}) +
            file.tensor("embeddings.token_type_embeddings.weight", {shape_.type_vocab_size, width})[0];
  norm_ = file.norm("embeddings.LayerNorm", width);
  for (int64_t layer = 0; layer < shape_.num_hidden_layers; ++layer) layers_.push_back(file.layer(layer, shape_));
}

Tensor Bert::attention(const Layer& layer, const Tensor& x, const Tensor& key_bias) const {
  const int64_t batch = x.size(0);
  const int64_t length = x.size(1);
  const int64_t head_width = shape_.hidden_size / shape_.num_attention_heads;
  const Tensor qkv = layer.qkv(x).reshape({batch, length, 3, shape_.num_attention_heads, head_width}).permute({2, 0, 3, 1, 4});
  const Tensor q = qkv.select(0, 0) * (1 / std::sqrt(static_cast<double>(head_width)));
  const Tensor met = at::matmul(q, qkv.select(0, 1).transpose(-2, -1));
  const Tensor weights = at::softmax(key_bias.defined() ? met + key_bias : met, -1);
  return layer.projection(at::matmul(weights, qkv.select(0, 2)).transpose(1, 2).reshape(x.sizes()));
}

Tensor Bert::activated(const Tensor& x) const {
  if (shape_.activation == Activation::relu) return at::relu(x);
  return at::gelu(x, shape_.activation == Activation::gelu_tanh ? "tanh" : "none");
}

Tensor Bert::operator()(const Tensor& ids, const Tensor& key_bias) const {
  Tensor x = norm_(at::embedding(words_, ids) + places_.slice(0, 0, ids.size(1)));
  for (const Layer& layer : layers_) {
    x = layer.norm1(x + attention(layer, x, key_bias));
    x = layer.norm2(x + layer.narrow(activated(layer.widen(x))));
  }
  return x;
}

}  // namespace decant::features
