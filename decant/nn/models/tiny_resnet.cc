// A small residual network for pictures of some hundred pixels, learnt from scratch in minutes on a
// CPU: a 3×3 convolution of stride 2 and 16 channels, then four stages of basic blocks of widths
// 32, 64, 96 and 128, of 1, 1, 2 and 1 blocks, each of which halves the picture. Where a stage
// begins the shortcut is the mean of 2×2 and a 1×1 convolution (He et al., "Bag of tricks for image
// classification with convolutional neural networks", CVPR 2019, ResNet-D), which looks at every
// pixel. Sides are halved upwards, so they need not be multiples of 32.
#include <ATen/ops/avg_pool2d.h>
#include <fmt/core.h>
#include <optional>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct TinyStage {
  int64_t width;
  int blocks;
};
constexpr TinyStage kTinyStages[] = {{32, 1}, {64, 1}, {96, 2}, {128, 1}};

struct TinyBlock {
  std::string name;
  Conv conv1, conv2;
  Norm norm1, norm2;
  std::optional<std::pair<Conv, Norm>> shortcut;
};

class TinyResNet final : public LayeredNetwork {
 public:
  explicit TinyResNet(const NetworkSpec& spec) : LayeredNetwork(spec) {
    require_side(32);
    int64_t in = 16;
    conv_ = add_conv("conv1", spec.input.channels, in, {.kernel = 3, .stride = 2, .padding = 1}, Draw::he_fan_out);
    norm_ = add_norm(NormKind::batch, "bn1", {in});
    int number = 0;
    for (const auto& [width, blocks] : kTinyStages) {
      ++number;
      for (int i = 0; i < blocks; ++i) {
        blocks_.push_back(make_block(fmt::format("layer{}.{}", number, i), in, width));
        in = width;
      }
      levels_.push_back({blocks_.back().name, width});
    }
    end_with("fc", in);
  }

  std::vector<Level> levels() const override { return levels_; }

 private:
  TinyBlock make_block(const std::string& name, int64_t in, int64_t out) {
    TinyBlock block{.name = name};
    const int64_t stride = in == out ? 1 : 2;
    block.conv1 = add_conv(name + ".conv1", in, out, {.kernel = 3, .stride = stride, .padding = 1}, Draw::he_fan_out);
    block.norm1 = add_norm(NormKind::batch, name + ".bn1", {out});
    block.conv2 = add_conv(name + ".conv2", out, out, {.kernel = 3, .padding = 1}, Draw::he_fan_out);
    block.norm2 = add_norm(NormKind::batch, name + ".bn2", {out});
    if (stride == 1) return block;
    const Conv conv = add_conv(name + ".downsample.1", in, out, {.kernel = 1}, Draw::he_fan_out);
    block.shortcut = {conv, add_norm(NormKind::batch, name + ".downsample.2", {out})};
    return block;
  }

  static Tensor shortcut_of(const TinyBlock& block, const Pass& pass, const Tensor& x) {
    if (!block.shortcut) return x;
    const Tensor halved = at::avg_pool2d(x, 2, 2, 0, /*ceil_mode=*/true, /*count_include_pad=*/false);
    return block.shortcut->second(pass, block.shortcut->first(pass, halved));
  }

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = norm_relu(pass, norm_, conv_(pass, images));
    pass.tap_output("conv1", x);
    for (const TinyBlock& block : blocks_) {
      const Tensor inner = norm_relu(pass, block.norm1, block.conv1(pass, x));
      x = norm_relu(pass, block.norm2, block.conv2(pass, inner), shortcut_of(block, pass, x));
      pass.tap_output(block.name, x);
    }
    return x;
  }

  Conv conv_;
  Norm norm_;
  std::vector<TinyBlock> blocks_;
  std::vector<Level> levels_;
};

}  // namespace

std::unique_ptr<const Classifier> make_tiny_resnet(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<TinyResNet>(spec);
}

}  // namespace decant::nn
