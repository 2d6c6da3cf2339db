// The block of the vision transformers: Dosovitskiy et al., "An image is worth 16×16 words", ICLR
// 2021. Norms come first in each branch:
//
//     x ← x + attention(norm₁(x))
//     x ← x + narrow(gelu(widen(norm₂(x))))        widen to four times the width
//
// Attention is written out, softmax(q kᵀ / √h) v, h the width of a head, because libtorch's fused
// kernels cannot be differentiated twice.
#pragma once

#include "decant/nn/layers.h"

namespace decant::nn {

/// What LayerList::add_transformer_block() makes: NAME.norm1, .attn.qkv, .attn.proj, .norm2,
/// .mlp.fc1, .mlp.fc2.
struct TransformerShape {
  int64_t width = 0;  ///< of a token; a multiple of `heads`
  int64_t heads = 1;
  Draw draw = Draw::trunc_normal;
  double epsilon = 1e-5;  ///< of the norms
};

/// Taps its attention and its output.
struct TransformerBlock {
  std::string name;
  int64_t heads = 1;
  Norm norm1, norm2;
  Linear qkv, projection, widen, narrow;

  /// (batch, tokens, width) → the same. `key_bias`, unless undefined, is added to what a query
  /// finds at each key before the softmax, (batch, 1, 1, tokens), or (tokens, tokens) where that
  /// depends on the query: −∞ where nobody is to look.
  Tensor operator()(const Pass& pass, const Tensor& x, const Tensor& key_bias = {}) const;
};

}  // namespace decant::nn
