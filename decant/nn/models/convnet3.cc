// ConvNet-3, the network of the distillation field: three times convolution 3×3 of width 128 – instance norm – ReLU – mean of 2×2.
// Gidaris and Komodakis, "Dynamic few-shot visual learning without forgetting", CVPR 2018; as used by Zhao, Mopuri and Bilen, "Dataset
// condensation with gradient matching", ICLR 2021, whose names, biases and draws (torch's defaults) are kept. Pictures of 28×28 are
// padded to 32×32 by the first convolution, as there.
#include <ATen/ops/relu.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class ConvNet3 final : public LayeredNetwork {
 public:
  explicit ConvNet3(const NetworkSpec& spec) : LayeredNetwork(spec) {
    require_side(8);
    constexpr int64_t width = 128;
    const bool padded = spec.input.width == 28 && spec.input.height == 28;
    int64_t in = spec.input.channels;
    for (int64_t i = 0; i < 3; ++i) {
      const std::string place = "features." + std::to_string(4 * i);
      const std::string norm = "features." + std::to_string(4 * i + 1);
      const Conv conv = add_conv(place, in, width, {.kernel = 3, .padding = i == 0 && padded ? 3 : 1, .bias = true});
      blocks_.push_back({conv, add_instance_norm(norm, width)});
      in = width;
    }
    const int64_t extra = padded ? 4 : 0;
    end_with("classifier", width * ((spec.input.width + extra) / 8) * ((spec.input.height + extra) / 8));
  }

 private:
  struct Block {
    Conv conv;
    InstanceNorm norm;
  };

  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = images;
    for (const Block& block : blocks_) x = mean_pool(at::relu(block.norm(pass, block.conv(pass, x))), 2);
    return x.flatten(1);
  }

  std::vector<Block> blocks_;
};

}  // namespace

std::unique_ptr<const Network> make_convnet3(const NetworkSpec& spec) {
  return std::make_unique<ConvNet3>(spec);
}

}  // namespace decant::nn
