#include "decant/features/torch/mpnet.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/log.h>
#include <ATen/ops/where.h>
#include <cmath>

namespace decant::features {

using at::Tensor;

namespace {

constexpr int64_t kFarthest = 128;  // distance: beyond it all are alike
constexpr AttentionNames kMpNetNames = {"attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o",
                                        "attention.LayerNorm"};

}  // namespace

Tensor distance_buckets(int64_t length, int64_t buckets, at::Device device) {
  const int64_t half = buckets / 2;
  const int64_t exact = half / 2;
  const Tensor places = at::arange(length, at::TensorOptions(at::kLong).device(device));
  const Tensor ahead = places.unsqueeze(0) - places.unsqueeze(1);  // key − query
  const Tensor distance = at::abs(ahead);
  // In float32, as the weights were trained: the border of a bucket may fall to either side.
  const double scale = std::log(static_cast<double>(kFarthest) / static_cast<double>(exact));
  const Tensor far = (at::log(distance.to(at::kFloat) / exact) / scale * (half - exact)).clamp_min(0).to(at::kLong) + exact;
  const Tensor bucket = at::where(distance < exact, distance, far.clamp_max(half - 1));
  return bucket + (ahead > 0).to(at::kLong) * half;
}

MpNet::MpNet(const SentenceFolder& folder, at::Device device) : shape_(folder.shape) {
  const WeightFile file(folder, "mpnet", device);
  const int64_t width = shape_.hidden_size;
  words_ = file.tensor("embeddings.word_embeddings.weight", {shape_.vocab_size, width});
  places_ = file.tensor("embeddings.position_embeddings.weight", {shape_.max_position_embeddings, width}).slice(0, shape_.first_place);
  distances_ = file.tensor("encoder.relative_attention_bias.weight", {shape_.distance_buckets, shape_.num_attention_heads});
  norm_ = file.norm("embeddings.LayerNorm", width);
  layers_ = file.layers(shape_, kMpNetNames);
}

Tensor MpNet::operator()(const Tensor& ids, const Tensor& key_bias) const {
  const Tensor x = norm_(at::embedding(words_, ids) + places_.slice(0, 0, ids.size(1)));
  const Tensor buckets = distance_buckets(ids.size(1), shape_.distance_buckets, ids.device());
  const Tensor bias = at::embedding(distances_, buckets).permute({2, 0, 1}).unsqueeze(0);
  return through(layers_, shape_, x, key_bias.defined() ? bias + key_bias : bias);
}

}  // namespace decant::features
