// A detector without anchors: at every place of a grid, how likely the middle of an object of each
// class lies there, and how far its box reaches. After X. Zhou, D. Wang and P. Krähenbühl, "Objects
// as points" (arXiv:1904.07850), with the distances to the four sides of Z. Tian et al., "FCOS:
// fully convolutional one-stage object detection", ICCV 2019 (arXiv:1904.01355), in place of a size
// and an offset. On the finest map of the neck (neck.h, by repetition) stand three 3×3 convolutions
// with batch norm and ReLU, then one 1×1 convolution to C logits and 4 distances d; a side is
// exp(d) · 8 strides away. The logits begin at −ln 99, a probability of one in a hundred.
//
//     centre+backbone=NAME+width=W+stride=S+norm=N     tiny-resnet; 64; 4 on that, else 8; batch
#include <cmath>

#include "decant/nn/models/list.h"
#include "decant/nn/neck.h"

namespace decant::nn {
namespace {

constexpr int64_t kSides = 4;
constexpr int kCentreBlocks = 3;

class Centre final : public NeckHead {
 public:
  Centre(const SceneHeadSpec& spec, int64_t width, int64_t stride, NormKind norm)
      : NeckHead(spec, stride), neck_(add_neck(width, false, norm)) {
    for (int i = 1; i <= kCentreBlocks; ++i) blocks_.push_back(add_smooth("head" + std::to_string(i), width));
    const int64_t logits = spec.classes;
    outputs_ = add_outputs("outputs", width, logits + kSides, [logits](int64_t i) { return i < logits ? -std::log(99.0) : 0.0; });
  }

  CountedIn learns() const override { return CountedIn::objects; }

  Tensor forward(const Pass& pass, std::span<const Tensor> levels) const override {
    Tensor x = neck_(pass, levels).front();
    for (const ConvBlock& block : blocks_) x = block(pass, x);
    return outputs_(pass, x);
  }

 private:
  Neck neck_;
  std::vector<ConvBlock> blocks_;
  Conv outputs_;
};

}  // namespace

std::unique_ptr<const SceneHead> make_centre(const SceneHeadSpec& spec, SpecText& options) {
  const bool tiny = options.word("backbone", kTinyBackbone, backbone_names()) == kTinyBackbone;
  const int width = options.number("width", 64, 8, 1024);
  const std::string stride = options.word("stride", tiny ? "4" : "8", {"4", "8", "16"});
  return std::make_unique<Centre>(spec, width, std::stoi(stride), options.norm(NormKind::batch));
}

}  // namespace decant::nn
