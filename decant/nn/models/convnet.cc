// ConvNet, the network of the distillation field: `depth` times convolution 3×3 – norm – ReLU –
// mean of 2×2, all of one width. Gidaris and Komodakis, "Dynamic few-shot visual learning without
// forgetting", CVPR 2018; as used by Zhao, Mopuri and Bilen, "Dataset condensation with gradient
// matching", ICLR 2021, whose names, biases and draws (torch's defaults) are kept
// (github.com/VICO-UoE/DatasetCondensation, networks.py). Pictures of 28×28 are padded to 32×32 by
// the first convolution, as there.
//
//   convnet     options width (128), depth (3) and norm (instance): the papers take 32 to 1024 and
//               3 to 6
//   convnet3    depth 3
#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

std::string layer_name(int place) {
  return "features." + std::to_string(place);
}

class ConvNet final : public BlockNetwork {
 public:
  ConvNet(const NetworkSpec& spec, int64_t width, int depth, NormKind norm)
      : BlockNetwork(spec), by_picture_(norm != NormKind::none && norm != NormKind::batch), one_step_(norm == NormKind::instance) {
    const bool padded = spec.input.width == 28 && spec.input.height == 28;
    const int extra = padded ? 4 : 0;
    require_side((1 << depth) - extra);
    int64_t w = spec.input.width + extra;
    int64_t h = spec.input.height + extra;
    int64_t in = spec.input.channels;
    for (int i = 0; i < depth; ++i) {
      const int place = (norm == NormKind::none ? 3 : 4) * i;
      const Conv conv = add_conv(layer_name(place), in, width, {.kernel = 3, .padding = i == 0 && padded ? 3 : 1, .bias = true});
      blocks_.push_back({layer_name(place), conv, add_norm(norm, layer_name(place + 1), {width, h, w}), Halve::mean});
      in = width;
      w /= 2;
      h /= 2;
    }
    end_with("classifier", width * w * h);
  }

  /// Norms of one picture read a map as a whole: channel after channel they take half the time,
  /// unless they are one step with what follows (block_end.h).
  at::MemoryFormat memory_format(bool once) const override {
    return by_picture_ && !(once && one_step_) ? at::MemoryFormat::Contiguous : at::MemoryFormat::ChannelsLast;
  }

 private:
  bool by_picture_;
  bool one_step_;
};

std::unique_ptr<const Classifier> make(const NetworkSpec& spec, SpecText& options, int depth) {
  const int width = options.number("width", 128, 1, 4096);
  return std::make_unique<ConvNet>(spec, width, depth, options.norm(NormKind::instance));
}

}  // namespace

std::unique_ptr<const Classifier> make_convnet(const NetworkSpec& spec, SpecText& options) {
  return make(spec, options, options.number("depth", 3, 1, 8));
}
std::unique_ptr<const Classifier> make_convnet3(const NetworkSpec& spec, SpecText& options) {
  return make(spec, options, 3);
}

}  // namespace decant::nn
