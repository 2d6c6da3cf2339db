// LeNet with ReLU and max-pooling, as the distillation benchmarks use it: LeCun, Bottou, Bengio and
// Haffner, "Gradient-based learning applied to document recognition", Proceedings of the IEEE 1998;
// this form from Zhao, Mopuri and Bilen, ICLR 2021. Grey pictures are padded by two pixels.
#include <ATen/ops/relu.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class LeNet final : public BlockNetwork {
 public:
  explicit LeNet(const NetworkSpec& spec) : BlockNetwork(spec) {
    require_side(16);
    const int64_t padding = spec.input.channels == 1 ? 2 : 0;
    const auto side = [&](int64_t pixels) { return ((pixels + 2 * padding - 4) / 2 - 4) / 2; };
    const Conv first = add_conv("features.0", spec.input.channels, 6, {.kernel = 5, .padding = padding, .bias = true});
    const Conv second = add_conv("features.3", 6, 16, {.kernel = 5, .bias = true});
    blocks_ = {{"features.0", first, {}, Halve::maximum}, {"features.3", second, {}, Halve::maximum}};
    wide_ = add_linear("fc_1", 16 * side(spec.input.width) * side(spec.input.height), 120);
    narrow_ = add_linear("fc_2", 120, 84);
    end_with("fc_3", 84);
  }

 private:
  Tensor pool(const Pass& pass, const Tensor& maps) const override {
    return at::relu(narrow_(pass, at::relu(wide_(pass, maps.flatten(1)))));
  }

  Linear wide_, narrow_;
};

}  // namespace

std::unique_ptr<const Classifier> make_lenet(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<LeNet>(spec);
}

}  // namespace decant::nn
