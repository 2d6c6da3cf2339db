// AlexNet for pictures of 32×32, as the distillation benchmarks use it: Krizhevsky, Sutskever and
// Hinton, "ImageNet classification with deep convolutional neural networks", NIPS 2012; this form
// from Zhao, Mopuri and Bilen, ICLR 2021 (github.com/VICO-UoE/ DatasetCondensation, networks.py):
// convolutions 5×5 of widths 128 and 192, 3×3 of 256, 192 and 192, each with ReLU, halved by
// max-pooling after the first two and the last; one linear map. Grey pictures are padded by two
// pixels more.
#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class AlexNet final : public BlockNetwork {
 public:
  explicit AlexNet(const NetworkSpec& spec) : BlockNetwork(spec) {
    require_side(8);
    const int64_t extra = spec.input.channels == 1 ? 2 : 0;
    add_block("features.0", spec.input.channels, 128, {.kernel = 5, .padding = 2 + extra, .bias = true}, Halve::maximum);
    add_block("features.3", 128, 192, {.kernel = 5, .padding = 2, .bias = true}, Halve::maximum);
    add_block("features.6", 192, 256, {.kernel = 3, .padding = 1, .bias = true}, Halve::no);
    add_block("features.8", 256, 192, {.kernel = 3, .padding = 1, .bias = true}, Halve::no);
    add_block("features.10", 192, 192, {.kernel = 3, .padding = 1, .bias = true}, Halve::maximum);
    end_with("fc", 192 * ((spec.input.width + 2 * extra) / 8) * ((spec.input.height + 2 * extra) / 8));
  }

 private:
  void add_block(const std::string& name, int64_t in, int64_t out, ConvShape shape, Halve halve) {
    blocks_.push_back({name, add_conv(name, in, out, shape), {}, halve});
  }
};

}  // namespace

std::unique_ptr<const Classifier> make_alexnet(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<AlexNet>(spec);
}

}  // namespace decant::nn
