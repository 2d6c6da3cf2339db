// MobileNetV2: M. Sandler, A. Howard, M. Zhu, A. Zhmoginov and L.-C. Chen, "MobileNetV2: inverted
// residuals and linear bottlenecks", CVPR 2018 (arXiv:1801.04381), table 2, width 1. A block widens
// its input six times by a 1×1 convolution, filters every channel by itself, and narrows it again
// without a ReLU; where nothing changes shape the input is added.
//
// Names and draws are torchvision's `mobilenet_v2`, so its weights fit once they are safetensors.
//
//     mobilenetv2              as torchvision has it
//     mobilenetv2-tensorflow   padded as TensorFlow does, for weights that were trained there: where an
//                              even side is halved, after the last line alone
#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/constant_pad_nd.h>
#include <fmt/core.h>
#include <optional>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct MobileStage {
  int64_t widen, out;
  int blocks;
  int64_t stride;
};
constexpr MobileStage kMobileStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                         {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
constexpr int64_t kMobileEmbedding = 1280;

/// A convolution and its norm.
struct MobileLayer {
  Conv conv;
  Norm norm;
  bool clamped = true;  ///< to [0, 6]
};

struct MobileBlock {
  std::string name;
  std::vector<MobileLayer> layers;
  bool added = false;
};

class MobileNetV2 final : public LayeredNetwork {
 public:
  MobileNetV2(const NetworkSpec& spec, bool same_padding) : LayeredNetwork(spec), same_padding_(same_padding) {
    require_side(32);
    int64_t in = 32;
    int number = 0;
    stem_ = make_layer("features.0.0", "features.0.1", spec.input.channels, in, {.kernel = 3, .stride = 2, .padding = 1});
    for (const MobileStage& stage : kMobileStages) {
      for (int i = 0; i < stage.blocks; ++i) {
        blocks_.push_back(make_block(fmt::format("features.{}", ++number), in, stage, i == 0 ? stage.stride : 1));
        in = stage.out;
      }
    }
    last_ = make_layer("features.18.0", "features.18.1", in, kMobileEmbedding, {.kernel = 1});
    end_with("classifier.1", kMobileEmbedding);
  }

  std::vector<Level> levels() const override { return {{"features.3", 24}, {"features.6", 32}, {"features.13", 96}, {"features.17", 320}}; }

 private:
  MobileLayer make_layer(const std::string& conv, const std::string& norm, int64_t in, int64_t out, ConvShape shape, bool clamped = true) {
    const Conv made = add_conv(conv, in, out, shape, Draw::he_fan_out);
    return {made, add_norm(NormKind::batch, norm, {out}), clamped};
  }

  MobileBlock make_block(const std::string& name, int64_t in, const MobileStage& stage, int64_t stride) {
    MobileBlock block{.name = name, .layers = {}, .added = stride == 1 && in == stage.out};
    const int64_t wide = in * stage.widen;
    int part = 0;
    if (stage.widen > 1) {
      block.layers.push_back(make_layer(name + ".conv.0.0", name + ".conv.0.1", in, wide, {.kernel = 1}));
      ++part;
    }
    const ConvShape each{.kernel = 3, .stride = stride, .padding = 1, .groups = wide};
    block.layers.push_back(make_layer(fmt::format("{}.conv.{}.0", name, part), fmt::format("{}.conv.{}.1", name, part), wide, wide, each));
    block.layers.push_back(make_layer(fmt::format("{}.conv.{}", name, part + 1), fmt::format("{}.conv.{}", name, part + 2), wide, stage.out,
                                      {.kernel = 1}, false));
    return block;
  }

  Tensor run(const MobileLayer& layer, const Pass& pass, const Tensor& x) const {
    const Tensor y =
        layer.norm(pass, same_padding_ && layer.conv.shape.stride == 2 ? padded_as_tensorflow(layer.conv, pass, x) : layer.conv(pass, x));
    return layer.clamped ? at::clamp(y, 0, 6) : y;
  }

  /// What is left over when the side is odd or even goes to the end.
  static Tensor padded_as_tensorflow(Conv conv, const Pass& pass, const Tensor& x) {
    const int64_t kernel = std::exchange(conv.shape.padding, 0) * 2 + 1;
    const auto begin = [&](int64_t side) { return (kernel - (side % 2 == 0 ? 2 : 1)) / 2; };
    const auto end = [&](int64_t side) { return kernel - (side % 2 == 0 ? 2 : 1) - begin(side); };
    const int64_t height = x.size(2), width = x.size(3);
    return conv(pass, at::constant_pad_nd(x, {begin(width), end(width), begin(height), end(height)}, 0));
  }

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = run(stem_, pass, images);
    pass.tap_output("features.0", x);
    for (const MobileBlock& block : blocks_) {
      Tensor y = x;
      for (const MobileLayer& layer : block.layers) y = run(layer, pass, y);
      x = block.added ? x + y : y;
      pass.tap_output(block.name, x);
    }
    x = run(last_, pass, x);
    pass.tap_output("features.18", x);
    return x;
  }

  bool same_padding_;
  MobileLayer stem_, last_;
  std::vector<MobileBlock> blocks_;
};

}  // namespace

std::unique_ptr<const Classifier> make_mobilenetv2(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<MobileNetV2>(spec, false);
}
std::unique_ptr<const Classifier> make_mobilenetv2_tensorflow(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<MobileNetV2>(spec, true);
}

}  // namespace decant::nn
