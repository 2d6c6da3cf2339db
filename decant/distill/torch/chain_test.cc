// The ConvNet's own passes against autograd, in float64 and float32: gray and colour, sides that
// halve evenly and sides that leave places over, shares as targets, one picture and several.
#include "decant/distill/torch/chain.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/distill/torch/gradient_checks_for_tests.h"

namespace decant::distill {
namespace {

struct ChainCase {
  std::string net;
  ImageSize size;
  int64_t pictures;
  at::ScalarType type;
  double tolerance;
};

class ChainPasses : public testing::TestWithParam<ChainCase> {
 protected:
  ChainPasses() : network_(nn::make_network({GetParam().net, GetParam().size, 3})) {
    Random random(4, "parameters");
    for (Tensor parameter : nn::initial_state(*network_, Random(3, "net")).parameters) {
      if (parameter.dim() == 1) parameter = parameter + drawn(parameter.sizes(), "shift", parameters_.size()).to(at::kFloat) * 0.3;
      parameters_.push_back(parameter.to(GetParam().type).set_requires_grad(true));
    }
    const ImageSize size = GetParam().size;
    pictures_ = drawn({GetParam().pictures, size.channels, size.height, size.width}, "pictures").to(GetParam().type);
    shares_ = drawn({GetParam().pictures, 3}, "shares").abs().to(GetParam().type);
  }

  Chain chain() const {
    auto chain = Chain::of(*network_, parameters_, pictures_);
    EXPECT_TRUE(chain.has_value());
    return *chain;
  }
  Tensor logits(const Tensor& pictures) const {
    Tensors none;
    return network_->forward({parameters_, none, /*training=*/true}, pictures);
  }
  Tensors plain_gradients(const Tensor& pictures, const Tensor& targets, bool graph) const {
    return torch::autograd::grad({at::cross_entropy_loss(logits(pictures), targets)}, parameters_, {}, graph, graph);
  }
  /// A distance in which every parameter counts, and none like another.
  static Tensor distance(const Tensors& gradients) {
    Tensor sum;
    for (size_t i = 0; i < gradients.size(); ++i) {
      const Tensor& one = gradients[i];
      const Tensor own = ((one - drawn(one.sizes(), "goal", i).to(one.scalar_type()) * 0.1).square()).sum();
      sum = sum.defined() ? sum + own : own;
    }
    return sum;
  }
  void expect_close(const Tensor& got, const Tensor& expected, const std::string& what) const {
    ASSERT_EQ(got.sizes(), expected.sizes()) << what;
    const double size = expected.abs().max().item<double>() + 1e-3;
    EXPECT_LT((got - expected).abs().max().item<double>() / size, GetParam().tolerance) << what;
  }

  std::unique_ptr<const nn::Classifier> network_;
  Tensors parameters_;
  Tensor pictures_;
  Tensor shares_;
};

TEST_P(ChainPasses, EmbedAndDifferentiateAsAutograd) {
  Tensors none;
  expect_close(chain().embed(pictures_), network_->embed({parameters_, none, true}, pictures_), "embedding");
  const Tensor labels = shares_.argmax(1);
  for (const Tensor& targets : {labels, shares_}) {
    const Chain::Gradients own = chain().gradients(pictures_, targets);
    expect_close(own.logits, logits(pictures_), "logits");
    const Tensors plain = plain_gradients(pictures_, targets, false);
    for (size_t i = 0; i < plain.size(); ++i) expect_close(own.parameters[i], plain[i], network_->parameters()[i].name);
  }
}

TEST_P(ChainPasses, GiveDistancesTheGradientOfAutograd) {
  const Tensor start = pictures_.clone().set_requires_grad(true);
  const Tensor labels = shares_.argmax(1);
  for (const Tensor& targets : {labels, shares_}) {
    const Tensor own = chain().distance(start * 2, targets, distance);
    const Tensor plain = distance(plain_gradients(start * 2, targets, true));
    EXPECT_NEAR(own.item<double>() / plain.item<double>(), 1, GetParam().tolerance);
    expect_close(torch::autograd::grad({own}, {start})[0], torch::autograd::grad({plain}, {start})[0], "pictures");
  }
}

TEST_P(ChainPasses, GiveGradientsInAGraphTheDerivativesOfAutograd) {
  Tensors leaves{pictures_.clone().set_requires_grad(true), shares_.clone().set_requires_grad(true)};
  leaves.insert(leaves.end(), parameters_.begin(), parameters_.end());
  const Tensors own = chain().gradients_in_graph(leaves[0] * 2, leaves[1] * 3, parameters_);
  const Tensors plain = plain_gradients(leaves[0] * 2, leaves[1] * 3, true);
  const Tensors values = chain().gradients(pictures_ * 2, shares_ * 3).parameters;
  for (size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(own[i].equal(values[i])) << network_->parameters()[i].name;
  const auto derivatives = [&](const Tensors& gradients) {
    return torch::autograd::grad({distance(gradients)}, leaves, {}, /*retain_graph=*/true, false, /*allow_unused=*/true);
  };
  const Tensors expected = derivatives(plain);
  for (int time = 0; time < 2; ++time) {  // the graph stands as often as it is asked
    const Tensors got = derivatives(own);
    for (size_t i = 0; i < leaves.size(); ++i) {
      const bool no_effect = i > 2 && leaves[i - 1].dim() == 4;  // a bias before a norm: autograd's is rounding
      const bool zero = no_effect || !expected[i].defined();
      expect_close(got[i], zero ? at::zeros_like(leaves[i]) : expected[i], "leaf " + std::to_string(i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChainPasses,
                         testing::Values(ChainCase{"convnet+width=5+depth=2", {8, 8, 1}, 4, at::kDouble, 1e-9},
                                         ChainCase{"convnet3+width=4", {28, 28, 1}, 1, at::kDouble, 1e-9},
                                         ChainCase{"convnet+width=3+depth=2", {11, 14, 3}, 3, at::kDouble, 1e-9},
                                         ChainCase{"convnet+width=1+depth=1", {5, 5, 1}, 2, at::kDouble, 1e-9},
                                         ChainCase{"convnet3+width=24", {16, 16, 3}, 5, at::kFloat, 2e-4}));

/// Sums run in an order of their own, whoever shares them out.
TEST(Chains, AreThoseNetworksAlone) {
  const Tensor pictures = drawn({2, 1, 8, 8}, "pictures").to(at::kFloat);
  const auto taken = [&](const std::string& net) {
    const auto network = nn::make_network({net, {8, 8, 1}, 3});
    return Chain::of(*network, nn::initial_state(*network, Random(1)).parameters, pictures).has_value();
  };
  EXPECT_TRUE(taken("convnet+width=4+depth=2"));
  for (const std::string net : {"convnet+width=4+depth=2+norm=batch", "convnet+width=4+depth=2+norm=none", "mlp", "quick"})
    EXPECT_FALSE(taken(net)) << net;
  const auto network = nn::make_network({"convnet+width=4+depth=2", {8, 8, 1}, 3});
  EXPECT_FALSE(Chain::of(*network, nn::initial_state(*network, Random(1)).parameters, pictures.to(at::kDouble)).has_value());
}

}  // namespace
}  // namespace decant::distill
