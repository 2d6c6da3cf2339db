// A small vision transformer: Dosovitskiy et al., "An image is worth 16×16 words", ICLR 2021; width
// 192 and three heads as in DeiT-tiny (Touvron et al., ICML 2021), six blocks instead of twelve.
// Norms come first in each branch, positions are learned, and the feature is the mean of the tokens
// after the last norm (Beyer, Zhai and Kolesnikov, "Better plain ViT baselines for ImageNet-1k",
// 2022): small training sets do better with it than with a class token. vit-mini has half the width
// and four blocks, a sixth of the work: minutes on a CPU.
//
// Patches are squares of the smallest side from 4 up that divides the picture into at most 256 of
// them: 32×32 makes 64 tokens of 4×4, 224×224 makes 196 of 16×16. Attention is written out,
// softmax(q kᵀ / √h) v, h the width of a head, because libtorch's fused kernels cannot be
// differentiated twice. Weights are normal with deviation 0.02, cut at two deviations; biases zero.
#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct Shape {
  int64_t width;  ///< of a token
  int64_t heads;
  int depth;
};

/// Side of a patch; 0 when the picture cannot be cut into 4 to 256 squares.
int64_t patch_side(const ImageSize& size) {
  for (int side = 4; 2 * side <= std::max(size.width, size.height); ++side) {
    if (size.width % side != 0 || size.height % side != 0) continue;
    const int tokens = (size.width / side) * (size.height / side);
    if (tokens <= 256) return tokens >= 4 ? side : 0;
  }
  return 0;
}

struct AttentionBlock {
  std::string name;
  Norm norm1, norm2;
  Linear qkv, projection, widen, narrow;
};

/// (batch, tokens, width) → the same: every token becomes a mean of all values, weighted by how
/// well its query meets their keys.
Tensor attention(const AttentionBlock& block, int64_t heads, const Pass& pass, const Tensor& x) {
  const int64_t batch = x.size(0);
  const int64_t tokens = x.size(1);
  const int64_t width = x.size(2);
  const int64_t head_width = width / heads;
  const Tensor qkv = block.qkv(pass, x).reshape({batch, tokens, 3, heads, head_width}).permute({2, 0, 3, 1, 4});
  const Tensor q = qkv.select(0, 0) * (1 / std::sqrt(static_cast<double>(head_width)));
  const Tensor weights = at::softmax(at::matmul(q, qkv.select(0, 1).transpose(-2, -1)), -1);
  pass.tap_attention(block.name, weights);
  const Tensor mixed = at::matmul(weights, qkv.select(0, 2)).transpose(1, 2).reshape({batch, tokens, width});
  return block.projection(pass, mixed);
}

class Vit final : public LayeredNetwork {
 public:
  Vit(const NetworkSpec& spec, const Shape& shape) : LayeredNetwork(spec), shape_(shape) {
    const int64_t side = patch_side(spec.input);
    if (side == 0)
      throw InputError({"", "",
                        fmt::format("network '{}' cannot cut pictures of {}×{} pixels into 4 to 256 square patches", spec.name,
                                    spec.input.width, spec.input.height),
                        "Choose an image size that is a multiple of 8"});
    grid_ = {spec.input.height / side, spec.input.width / side};
    positions_ = add_parameter({"pos_embed", {1, grid_[0] * grid_[1], shape_.width}, Init::trunc_normal, false, 0.02});
    const ConvShape cut{.kernel = side, .stride = side, .bias = true};
    patches_ = add_conv("patch_embed.proj", spec.input.channels, shape_.width, cut, Draw::trunc_normal);
    for (int i = 0; i < shape_.depth; ++i) blocks_.push_back(make_block(fmt::format("blocks.{}", i)));
    norm_ = add_norm(NormKind::layer, "norm", {shape_.width});
    end_with("head", shape_.width, Draw::trunc_normal);
  }

 private:
  AttentionBlock make_block(const std::string& name) {
    AttentionBlock block{.name = name};
    block.norm1 = add_norm(NormKind::layer, name + ".norm1", {shape_.width});
    block.qkv = add_linear(name + ".attn.qkv", shape_.width, 3 * shape_.width, Draw::trunc_normal);
    block.projection = add_linear(name + ".attn.proj", shape_.width, shape_.width, Draw::trunc_normal);
    block.norm2 = add_norm(NormKind::layer, name + ".norm2", {shape_.width});
    block.widen = add_linear(name + ".mlp.fc1", shape_.width, 4 * shape_.width, Draw::trunc_normal);
    block.narrow = add_linear(name + ".mlp.fc2", 4 * shape_.width, shape_.width, Draw::trunc_normal);
    return block;
  }

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = patches_(pass, images).flatten(2).transpose(1, 2) + pass.parameters[positions_];
    for (const AttentionBlock& block : blocks_) {
      x = x + attention(block, shape_.heads, pass, block.norm1(pass, x));
      const Tensor wide = at::gelu(block.widen(pass, block.norm2(pass, x)));
      x = x + block.narrow(pass, wide);
      pass.tap_output(block.name, x);
    }
    return norm_(pass, x).transpose(1, 2).unflatten(2, grid_);
  }
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(2).transpose(1, 2).mean(1); }

  Shape shape_;
  std::vector<int64_t> grid_;  ///< patches down and across
  size_t positions_ = 0;
  Conv patches_;
  std::vector<AttentionBlock> blocks_;
  Norm norm_;
};

}  // namespace

std::unique_ptr<const Classifier> make_vit(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<Vit>(spec, Shape{.width = 192, .heads = 3, .depth = 6});
}

std::unique_ptr<const Classifier> make_vit_mini(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<Vit>(spec, Shape{.width = 96, .heads = 3, .depth = 4});
}

}  // namespace decant::nn
