// Two hidden layers of 128, as the distillation benchmarks use it (Zhao, Mopuri and Bilen, ICLR
// 2021).
#include <ATen/ops/relu.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class Mlp final : public LayeredNetwork {
 public:
  explicit Mlp(const NetworkSpec& spec) : LayeredNetwork(spec) {
    first_ = add_linear("fc_1", spec.input.bytes(), 128);
    second_ = add_linear("fc_2", 128, 128);
    end_with("fc_3", 128);
  }

 private:
  // Pixels in the published order, channel by channel, so that weights fit. What comes out has no
  // places: maps of 1×1.
  Tensor features(const Pass& pass, const Tensor& images) const override {
    const Tensor x = at::relu(first_(pass, images.flatten(1)));
    pass.tap_output("fc_1", x);
    return at::relu(second_(pass, x)).unsqueeze(2).unsqueeze(3);
  }
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(1); }

  Linear first_, second_;
};

}  // namespace

std::unique_ptr<const Classifier> make_mlp(const NetworkSpec& spec, SpecText&) {
  return std::make_unique<Mlp>(spec);
}

}  // namespace decant::nn
