// ResNet-18: He, Zhang, Ren and Sun, CVPR 2016, table 1, in two forms that differ in the stem
// alone.
//
//   resnet18-imagenet   7×7 convolution of stride 2 and 3×3 max-pooling; names and draws
//                       (convolutions normal by fan-out) of torchvision's resnet18, so its weights
//                       fit once they are safetensors
//   resnet18            3×3 convolution of stride 1, no pooling: the usual form for pictures of
//                       32×32, 11.17 million parameters
//
// Where the shape changes the shortcut is a 1×1 convolution with a batch norm ("downsample").
#include <ATen/TensorOperators.h>
#include <fmt/core.h>
#include <optional>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct BasicBlock {
  std::string name;
  Conv conv1, conv2;
  Norm norm1, norm2;
  std::optional<std::pair<Conv, Norm>> shortcut;
};

class ResNet18 final : public LayeredNetwork {
 public:
  ResNet18(const NetworkSpec& spec, bool imagenet) : LayeredNetwork(spec), imagenet_(imagenet) {
    require_side(imagenet ? 32 : 8);
    const ConvShape stem = imagenet ? ConvShape{.kernel = 7, .stride = 2, .padding = 3} : ConvShape{.kernel = 3, .padding = 1};
    conv_ = add_conv("conv1", spec.input.channels, 64, stem, Draw::he_fan_out);
    norm_ = add_norm(NormKind::batch, "bn1", {64});
    int64_t in = 64;
    for (int stage = 1; stage <= 4; ++stage) {
      const int64_t out = int64_t{32} << stage;
      for (int i = 0; i < 2; ++i) {
        blocks_.push_back(make_block(fmt::format("layer{}.{}", stage, i), in, out));
        in = out;
      }
    }
    end_with("fc", in);
  }

  std::vector<Level> levels() const override {
    if (!imagenet_) return {};
    return {{"layer1.1", 64}, {"layer2.1", 128}, {"layer3.1", 256}, {"layer4.1", 512}};
  }

 private:
  BasicBlock make_block(const std::string& name, int64_t in, int64_t out) {
    const int64_t stride = out / in;
    BasicBlock block{.name = name};
    block.conv1 = add_conv(name + ".conv1", in, out, {.kernel = 3, .stride = stride, .padding = 1}, Draw::he_fan_out);
    block.norm1 = add_norm(NormKind::batch, name + ".bn1", {out});
    block.conv2 = add_conv(name + ".conv2", out, out, {.kernel = 3, .padding = 1}, Draw::he_fan_out);
    block.norm2 = add_norm(NormKind::batch, name + ".bn2", {out});
    if (stride != 1) {
      const Conv conv = add_conv(name + ".downsample.0", in, out, {.kernel = 1, .stride = stride}, Draw::he_fan_out);
      block.shortcut = {conv, add_norm(NormKind::batch, name + ".downsample.1", {out})};
    }
    return block;
  }

  static Tensor run_block(const BasicBlock& block, const Pass& pass, const Tensor& x) {
    const Tensor inner = norm_relu(pass, block.norm1, block.conv1(pass, x));
    const Tensor outer = block.conv2(pass, inner);
    if (!block.shortcut) return norm_relu(pass, block.norm2, outer, x);
    const auto& [conv, norm] = *block.shortcut;
    return norm_relu(pass, block.norm2, outer, norm(pass, conv(pass, x)));
  }

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = norm_relu(pass, norm_, conv_(pass, images));
    pass.tap_output("conv1", x);
    if (imagenet_) x = max_pool(x, 3, 2, 1);
    for (const BasicBlock& block : blocks_) {
      x = run_block(block, pass, x);
      pass.tap_output(block.name, x);
    }
    return x;
  }

  bool imagenet_;
  Conv conv_;
  Norm norm_;
  std::vector<BasicBlock> blocks_;
};

}  // namespace

std::unique_ptr<const Classifier> make_resnet18(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<ResNet18>(spec, false);
}
std::unique_ptr<const Classifier> make_resnet18_imagenet(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<ResNet18>(spec, true);
}

}  // namespace decant::nn
