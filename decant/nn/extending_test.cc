// A network that is added in one file and one line: a convolution, the mean over the picture, a
// linear map.
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include "decant/nn/layers.h"

namespace decant::nn {
namespace {

class Tiny final : public LayeredNetwork {
 public:
  Tiny(const NetworkSpec& spec, int width) : LayeredNetwork(spec), conv_(add_conv("conv", spec.input.channels, width, {.padding = 1})) {
    end_with("linear", width);
  }

 private:
  Tensor features(const Pass& pass, const Tensor& images) const override { return at::relu(conv_(pass, images)); }

  Conv conv_;
};

const std::string tiny = add_network("tiny", [](const NetworkSpec& spec, SpecText& options) {
  return std::make_unique<Tiny>(spec, options.number("width", /*usual=*/16, /*low=*/1, /*high=*/512));
});

TEST(ANetwork, IsAFileAndALine) {
  const auto network = make_network({tiny + "+width=8", {12, 12, 3}, 5});
  EXPECT_EQ(network->embedding_width(), 8);
  EXPECT_EQ(network->parameters()[0].shape, (std::vector<int64_t>{8, 3, 3, 3}));
  State state = initial_state(*network, Random(1));
  const Pass pass{.parameters = state.parameters, .buffers = state.buffers};
  EXPECT_EQ(network->forward(pass, at::randn({2, 3, 12, 12})).sizes(), (at::IntArrayRef{2, 5}));
}

}  // namespace
}  // namespace decant::nn
