// A small vision transformer: Dosovitskiy et al., "An image is worth 16×16 words", ICLR 2021; width
// 192 and three heads as in DeiT-tiny (Touvron et al., ICML 2021), six blocks instead of twelve.
// Norms come first in each branch, positions are learned, and the feature is the mean of the tokens
// after the last norm (Beyer, Zhai and Kolesnikov, "Better plain ViT baselines for ImageNet-1k",
// 2022): small training sets do better with it than with a class token. vit-mini has half the width
// and four blocks, a sixth of the work: minutes on a CPU.
//
// Patches are squares of the smallest side from 4 up that divides the picture into at most 256 of
// them: 32×32 makes 64 tokens of 4×4, 224×224 makes 256 of 14×14. Weights are normal with deviation
// 0.02, cut at two deviations; biases zero.
#include <ATen/TensorOperators.h>
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/nn/models/list.h"
#include "decant/nn/transformer.h"

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
    for (int i = 0; i < shape_.depth; ++i)
      blocks_.push_back(add_transformer_block(fmt::format("blocks.{}", i), {.width = shape_.width, .heads = shape_.heads}));
    norm_ = add_norm(NormKind::layer, "norm", {shape_.width});
    end_with("head", shape_.width, Draw::trunc_normal);
  }

 private:
  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = patches_(pass, images).flatten(2).transpose(1, 2) + pass.parameters[positions_];
    for (const TransformerBlock& block : blocks_) x = block(pass, x);
    return norm_(pass, x).transpose(1, 2).unflatten(2, grid_);
  }
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(2).transpose(1, 2).mean(1); }

  Shape shape_;
  std::vector<int64_t> grid_;  ///< patches down and across
  size_t positions_ = 0;
  Conv patches_;
  std::vector<TransformerBlock> blocks_;
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
