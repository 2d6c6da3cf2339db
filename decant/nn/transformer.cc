#include "decant/nn/transformer.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <cmath>

namespace decant::nn {
namespace {

/// (batch, tokens, width) → the same: every token becomes a mean of all values, weighted by how
/// well its query meets their keys.
Tensor attention(const TransformerBlock& block, const Pass& pass, const Tensor& x, const Tensor& key_bias) {
  const int64_t batch = x.size(0);
  const int64_t tokens = x.size(1);
  const int64_t width = x.size(2);
  const int64_t head_width = width / block.heads;
  const Tensor qkv = block.qkv(pass, x).reshape({batch, tokens, 3, block.heads, head_width}).permute({2, 0, 3, 1, 4});
  const Tensor q = qkv.select(0, 0) * (1 / std::sqrt(static_cast<double>(head_width)));
  const Tensor met = at::matmul(q, qkv.select(0, 1).transpose(-2, -1));
  const Tensor weights = at::softmax(key_bias.defined() ? met + key_bias : met, -1);
  pass.tap_attention(block.name, weights);
  const Tensor mixed = at::matmul(weights, qkv.select(0, 2)).transpose(1, 2).reshape({batch, tokens, width});
  return block.projection(pass, mixed);
}

}  // namespace

Tensor TransformerBlock::operator()(const Pass& pass, const Tensor& x, const Tensor& key_bias) const {
  const Tensor looked = x + attention(*this, pass, norm1(pass, x), key_bias);
  const Tensor wide = at::gelu(widen(pass, norm2(pass, looked)));
  const Tensor out = looked + narrow(pass, wide);
  pass.tap_output(name, out);
  return out;
}

TransformerBlock LayerList::add_transformer_block(const std::string& name, const TransformerShape& shape) {
  const auto norm = [&](const std::string& which) {
    Norm made = add_norm(NormKind::layer, name + which, {shape.width});
    made.epsilon = shape.epsilon;
    return made;
  };
  const auto linear = [&](const std::string& which, int64_t in, int64_t out) { return add_linear(name + which, in, out, shape.draw); };
  TransformerBlock block{.name = name, .heads = shape.heads};
  block.norm1 = norm(".norm1");
  block.qkv = linear(".attn.qkv", shape.width, 3 * shape.width);
  block.projection = linear(".attn.proj", shape.width, shape.width);
  block.norm2 = norm(".norm2");
  block.widen = linear(".mlp.fc1", shape.width, 4 * shape.width);
  block.narrow = linear(".mlp.fc2", 4 * shape.width, shape.width);
  return block;
}

}  // namespace decant::nn
