// The residual networks of CIFAR: He, Zhang, Ren and Sun, "Deep residual learning for image
// recognition", CVPR 2016, section 4.2, with 6n + 2 layers: n = 3 (ResNet-20), n = 9 (ResNet-56).
// Shortcuts are the paper's option A: where width doubles, every other pixel of the input is taken
// and the new channels, half on either side, are zero; shortcuts have no weights.
//
// Names, and the place of the zero channels, follow the weights that Y. Idelbayev published
// (akamaster/pytorch_resnet_cifar10), which reach 91.7 % and 93.4 %. So do the draws: convolutions
// and the last linear map normal by fan-in, its bias torch's default.
#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <fmt/core.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct CifarBlock {
  std::string name;
  Conv conv1, conv2;
  Norm norm1, norm2;
  int64_t stride = 1;
  int64_t padding = 0;  ///< zero channels on either side of the shortcut
};

class CifarResNet final : public LayeredNetwork {
 public:
  CifarResNet(const NetworkSpec& spec, int depth) : LayeredNetwork(spec) {
    require_side(4);
    conv_ = add_conv("conv1", spec.input.channels, 16, {.kernel = 3, .padding = 1}, Draw::he_fan_in);
    norm_ = add_norm(NormKind::batch, "bn1", {16});
    int64_t in = 16;
    for (int stage = 1; stage <= 3; ++stage) {
      const int64_t out = int64_t{8} << stage;
      for (int i = 0; i < depth; ++i) {
        blocks_.push_back(make_block(fmt::format("layer{}.{}", stage, i), in, out));
        in = out;
      }
    }
    end_with("linear", in, Draw::he_fan_in);
  }

 private:
  CifarBlock make_block(const std::string& name, int64_t in, int64_t out) {
    CifarBlock block{.name = name};
    block.stride = out / in;
    block.padding = (out - in) / 2;
    const ConvShape first{.kernel = 3, .stride = block.stride, .padding = 1};
    block.conv1 = add_conv(name + ".conv1", in, out, first, Draw::he_fan_in);
    block.norm1 = add_norm(NormKind::batch, name + ".bn1", {out});
    block.conv2 = add_conv(name + ".conv2", out, out, {.kernel = 3, .padding = 1}, Draw::he_fan_in);
    block.norm2 = add_norm(NormKind::batch, name + ".bn2", {out});
    return block;
  }

  static Tensor shortcut(const CifarBlock& block, const Tensor& x) {
    if (block.padding == 0) return x;
    const Tensor thinned = x.slice(2, 0, x.size(2), block.stride).slice(3, 0, x.size(3), block.stride);
    return at::constant_pad_nd(thinned, {0, 0, 0, 0, block.padding, block.padding}, 0);
  }

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = norm_relu(pass, norm_, conv_(pass, images));
    pass.tap_output("conv1", x);
    for (const CifarBlock& block : blocks_) {
      const Tensor inner = norm_relu(pass, block.norm1, block.conv1(pass, x));
      x = norm_relu(pass, block.norm2, block.conv2(pass, inner), shortcut(block, x));
      pass.tap_output(block.name, x);
    }
    return x;
  }

  Conv conv_;
  Norm norm_;
  std::vector<CifarBlock> blocks_;
};

}  // namespace

std::unique_ptr<const Classifier> make_resnet20(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<CifarResNet>(spec, 3);
}
std::unique_ptr<const Classifier> make_resnet56(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<CifarResNet>(spec, 9);
}

}  // namespace decant::nn
