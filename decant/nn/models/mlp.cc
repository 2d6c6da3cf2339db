// Two hidden layers of 128, as the distillation benchmarks use it (Zhao, Mopuri and Bilen, ICLR 2021).
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
  // Pixels in the published order, channel by channel, so that weights fit.
  Tensor features(const Pass& pass, const Tensor& images) const override {
    const Tensor x = at::relu(first_(pass.parameters, images.flatten(1)));
    return at::relu(second_(pass.parameters, x));
  }

  Linear first_, second_;
};

}  // namespace

std::unique_ptr<const Network> make_mlp(const NetworkSpec& spec) {
  return std::make_unique<Mlp>(spec);
}

}  // namespace decant::nn
