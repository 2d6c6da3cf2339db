// The networks among which architectures are searched: ConvNet with another norm, activation and
// pooling. Zhao, Mopuri and Bilen, "Dataset condensation with gradient matching", ICLR 2021,
// section 4.2: width 32, 64, 128 or 256, depth 1 to 4, five norms, three activations and three
// poolings, 720 in all. Their depth counts from 1, and so does this.
//
//   searchnet   options width (64), depth (3), norm (instance), activation (relu, sigmoid or leaky,
//               of slope 0.01) and pooling (mean, max or none)
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <string>
#include <utility>
#include <vector>

#include "decant/nn/layers.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct SearchSpec {
  int width = 0;
  int depth = 0;
  NormKind norm = NormKind::instance;
  std::string activation;
  std::string pooling;
};

class SearchNet final : public LayeredNetwork {
 public:
  SearchNet(const NetworkSpec& spec, SearchSpec chosen) : LayeredNetwork(spec), chosen_(std::move(chosen)) {
    const bool halves = chosen_.pooling != "none";
    if (halves) require_side(1 << chosen_.depth);
    int64_t w = spec.input.width;
    int64_t h = spec.input.height;
    int64_t in = spec.input.channels;
    for (int i = 0; i < chosen_.depth; ++i) {
      const std::string place = std::to_string(i);
      convolutions_.push_back(add_conv("conv_" + place, in, chosen_.width, {.kernel = 3, .padding = 1, .bias = true}));
      norms_.push_back(add_norm(chosen_.norm, "norm_" + place, {chosen_.width, h, w}));
      in = chosen_.width;
      w /= halves ? 2 : 1;
      h /= halves ? 2 : 1;
    }
    end_with("classifier", in * w * h);
  }

 private:
  Tensor features(const Pass& pass, const Tensor& images) const override {
    Tensor x = images;
    for (size_t i = 0; i < convolutions_.size(); ++i) {
      x = pooled(activated(norms_[i](pass, convolutions_[i](pass, x))));
      pass.tap_output("conv_" + std::to_string(i), x);
    }
    return x;
  }
  Tensor pool(const Pass&, const Tensor& maps) const override { return maps.flatten(1); }

  Tensor activated(const Tensor& x) const {
    return chosen_.activation == "sigmoid" ? at::sigmoid(x) : chosen_.activation == "leaky" ? at::leaky_relu(x, 0.01) : at::relu(x);
  }
  Tensor pooled(const Tensor& x) const {
    return chosen_.pooling == "mean" ? at::avg_pool2d(x, 2, 2) : chosen_.pooling == "max" ? max_pool(x, 2, 2) : x;
  }

  SearchSpec chosen_;
  std::vector<Conv> convolutions_;
  std::vector<Norm> norms_;
};

}  // namespace

std::unique_ptr<const Classifier> make_searchnet(const NetworkSpec& spec, SpecText& options) {
  return std::make_unique<SearchNet>(spec, SearchSpec{.width = options.number("width", 64, 1, 4096),
                                                      .depth = options.number("depth", 3, 1, 8),
                                                      .norm = options.norm(NormKind::instance),
                                                      .activation = options.word("activation", "relu", {"relu", "sigmoid", "leaky"}),
                                                      .pooling = options.word("pooling", "mean", {"mean", "max", "none"})});
}

}  // namespace decant::nn
