// Two hidden layers of 128, as the distillation benchmarks use it (Zhao, Mopuri and Bilen, ICLR
// 2021).
//
//   mlp     options width (128) and norm (none): with batch norm and width 100 or 400 it is what
//           GDumb trains on MNIST (Prabhu, Torr and Dokania, ECCV 2020)
#include <ATen/ops/relu.h>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

class Mlp final : public LayeredNetwork {
 public:
  Mlp(const NetworkSpec& spec, int64_t width, NormKind norm) : LayeredNetwork(spec) {
    first_ = add_linear("fc_1", spec.input.bytes(), width);
    first_norm_ = add_norm(norm, "norm_1", {width});
    second_ = add_linear("fc_2", width, width);
    second_norm_ = add_norm(norm, "norm_2", {width});
    end_with("fc_3", width);
  }

 private:
  // Pixels in the published order, channel by channel, so that weights fit. What comes out has no
  // places: maps of 1×1.
  Tensor features(const Pass& pass, const Tensor& images) const override {
    const Tensor x = hidden(pass, first_, first_norm_, images.flatten(1));
    pass.tap_output("fc_1", x);
    return hidden(pass, second_, second_norm_, x).unsqueeze(2).unsqueeze(3);
  }
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(1); }

  static Tensor hidden(const Pass& pass, const Linear& linear, const Norm& norm, const Tensor& x) {
    return at::relu(norm(pass, linear(pass, x)));
  }

  Linear first_, second_;
  Norm first_norm_, second_norm_;
};

}  // namespace

std::unique_ptr<const Classifier> make_mlp(const NetworkSpec& spec, SpecText& options) {
  const int width = options.number("width", 128, 1, 65536);
  const std::string norm = options.word("norm", "none", {"none", "batch", "layer"});  // others would leave nothing of one value
  return std::make_unique<Mlp>(spec, width, norm == "batch" ? NormKind::batch : norm == "layer" ? NormKind::layer : NormKind::none);
}

}  // namespace decant::nn
