// A small VGG-like network that learns CIFAR-10 in minutes on two CPU cores: four times convolution
// 3×3 – batch norm – ReLU of widths 16, 32, 64, 128, halved after the first three, then the global
// maximum. No biases before a batch norm, which would subtract them.
#include <ATen/ops/amax.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class Quick final : public BlockNetwork {
 public:
  explicit Quick(const NetworkSpec& spec) : BlockNetwork(spec) {
    require_side(8);
    int64_t in = spec.input.channels;
    for (const int64_t out : {16, 32, 64, 128}) {
      const std::string number = std::to_string(blocks_.size() + 1);
      const Conv conv = add_conv("conv" + number, in, out, {.kernel = 3, .padding = 1});
      blocks_.push_back({"conv" + number, conv, add_norm(NormKind::batch, "bn" + number, {out}), out < 128 ? Halve::maximum : Halve::no});
      in = out;
    }
    end_with("linear", in);
  }

 private:
  Tensor pool(const Pass&, const Tensor& maps) const override { return at::amax(maps, {2, 3}); }
};

}  // namespace

std::unique_ptr<const Classifier> make_quick(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<Quick>(spec);
}

}  // namespace decant::nn
