#include "decant/features/torch/bert.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>

namespace decant::features {

using at::Tensor;

namespace {

constexpr AttentionNames kBertNames = {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                                       "attention.output.LayerNorm"};

}  // namespace

Bert::Bert(const SentenceFolder& folder, at::Device device) : shape_(folder.shape) {
  const WeightFile file(folder, "bert", device);
  const int64_t width = shape_.hidden_size;
  words_ = file.tensor("embeddings.word_embeddings.weight", {shape_.vocab_size, width});
  places_ = file.tensor("embeddings.position_embeddings.weight", {shape_.max_position_embeddings, width}) +
            file.tensor("embeddings.token_type_embeddings.weight", {shape_.type_vocab_size, width})[0];
  norm_ = file.norm("embeddings.LayerNorm", width);
  layers_ = file.layers(shape_, kBertNames);
}

Tensor Bert::operator()(const Tensor& ids, const Tensor& key_bias) const {
  return through(layers_, shape_, norm_(at::embedding(words_, ids) + places_.slice(0, 0, ids.size(1))), key_bias);
}

}  // namespace decant::features
