// Networks for objects and masks: their grids, their weights, and what a backbone gives them.
#include "decant/nn/scene_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"
#include "decant/nn/device.h"
#include "decant/nn/weights.h"

namespace decant::nn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor pictures(int64_t height, int64_t width) {
  const Tensor images = at::zeros({2, 3, height, width});
  Random random(4, "pictures");
  std::generate_n(images.data_ptr<float>(), images.numel(), [&] { return static_cast<float>(random.normal()); });
  return images;
}

TEST(Backbones, AreThoseWithLevels) {
  EXPECT_THAT(backbone_names(), ElementsAre("mobilenetv2", "mobilenetv2-tensorflow", "resnet18-imagenet", "tiny-resnet"));
}

TEST(Backbones, HalveThePictureFromLevelToLevel) {
  const ThreadCount threads(1);
  for (const std::string& name : backbone_names()) {
    const auto network = make_network({name, {75, 50, 3}, 2});
    State state = initial_state(*network, Random(1));
    const Tensors levels = level_maps(*network, {state.parameters, state.buffers}, pictures(50, 75));
    const std::vector<Level> said = network->levels();
    ASSERT_EQ(levels.size(), 4u) << name;
    for (size_t i = 0; i < levels.size(); ++i) {
      const int64_t stride = kFirstLevelStride << i;
      EXPECT_EQ(levels[i].size(1), said[i].channels) << name;
      EXPECT_EQ(levels[i].size(2), (50 + stride - 1) / stride) << name << " " << i;
      EXPECT_EQ(levels[i].size(3), (75 + stride - 1) / stride) << name << " " << i;
    }
  }
}

TEST(SceneNetworks, GiveNumbersForEveryPlaceOfTheirGrid) {
  const ThreadCount threads(1);
  const auto sizes = [](const std::string& name) {
    const auto network = make_scene_network({name, {75, 50, 3}, 5});
    State state = initial_state(*network, Random(1));
    return network->forward({state.parameters, state.buffers}, pictures(50, 75)).sizes().vec();
  };
  EXPECT_THAT(sizes("centre"), ElementsAre(2, 9, 13, 19));
  EXPECT_THAT(sizes("centre+stride=8+width=16"), ElementsAre(2, 9, 7, 10));
  EXPECT_THAT(sizes("centre+backbone=mobilenetv2"), ElementsAre(2, 9, 7, 10));
  EXPECT_THAT(sizes("pyramid"), ElementsAre(2, 5, 13, 19));
  EXPECT_THAT(sizes("pyramid+norm=none"), ElementsAre(2, 5, 13, 19));
  EXPECT_THAT(sizes("pyramid+backbone=resnet18-imagenet"), ElementsAre(2, 5, 13, 19));
}

// The last map of the classifier that serves as backbone is no part of it.
TEST(SceneNetworks, LearnWithEveryParameter) {
  const ThreadCount threads(1);
  for (const char* const name : {"centre", "pyramid", "centre+backbone=mobilenetv2"}) {
    const auto network = make_scene_network({name, {64, 64, 3}, 3});
    State state = initial_state(*network, Random(1));
    for (Tensor& parameter : state.parameters) parameter.set_requires_grad(true);
    const Tensor outputs = network->forward({.parameters = state.parameters, .buffers = state.buffers, .training = true}, pictures(64, 64));
    const auto gradients =
        torch::autograd::grad({outputs.square().sum()}, state.parameters, {}, c10::nullopt, false, /*allow_unused=*/true);
    for (size_t i = 0; i < gradients.size(); ++i) {
      const std::string& tensor = network->parameters()[i].name;
      if (tensor.starts_with("backbone.features.18.")) continue;  // behind the last level
      ASSERT_TRUE(gradients[i].defined()) << name << " " << tensor;
      EXPECT_GT(gradients[i].abs().max().item<float>(), 0) << name << " " << tensor;
    }
  }
}

TEST(SceneNetworks, BeginWithOneInAHundred) {
  const ThreadCount threads(1);
  const auto network = make_scene_network({"centre", {64, 64, 3}, 3});
  const State state = initial_state(*network, Random(1));
  const Tensor bias = state.parameters.back();
  EXPECT_EQ(network->parameters().back().name, "outputs.bias");
  EXPECT_NEAR(1 / (1 + std::exp(-bias[0].item<double>())), 0.01, 1e-6);
  EXPECT_EQ(bias[3].item<float>(), 0);
}

// What stands on a backbone sees the same whether it is run with it or on maps made before.
TEST(SceneNetworks, AreTheirHeadOnTheirBackbonesLevels) {
  const ThreadCount threads(1);
  const auto network = make_scene_network({"centre+stride=8", {64, 48, 3}, 2});
  State state = initial_state(*network, Random(1));
  const Tensor images = pictures(48, 64);
  const Tensor whole = network->forward({state.parameters, state.buffers}, images);
  const size_t below = network->backbone().parameters().size() - 2, buffers = network->backbone().buffers().size();
  Tensors of_backbone(state.parameters.begin(), state.parameters.begin() + static_cast<ptrdiff_t>(below));
  of_backbone.resize(below + 2);
  const Tensors levels = level_maps(network->backbone(), {of_backbone, std::span(state.buffers).first(buffers)}, images);
  Tensors read;
  for (const size_t level : network->head().reads()) read.push_back(levels[level]);
  EXPECT_EQ(read.size(), 3u);
  const Pass pass{std::span<const Tensor>(state.parameters).subspan(below), std::span(state.buffers).subspan(buffers)};
  EXPECT_TRUE(whole.equal(network->head().forward(pass, read)));
}

TEST(SceneNetworks, RefuseWhatTheyDoNotKnow) {
  const auto refusal = [](const std::string& name) { return message_of([&] { make_scene_network({name, {64, 64, 3}, 2}); }); };
  EXPECT_THAT(refusal("quick"), HasSubstr("'quick' is no network for objects or masks"));
  EXPECT_THAT(refusal("centre+backbone=quick"), HasSubstr("mobilenetv2"));
  EXPECT_THAT(refusal("centre+stride=5"), HasSubstr("5"));
  EXPECT_THAT(refusal("pyramid+depth=5"), HasSubstr("depth"));
}

// TensorFlow puts what a halving leaves over at the end, torch on both sides; on an odd side the
// two are the same.
TEST(MobileNet, PadsAsItWasTrained) {
  const ThreadCount threads(1);
  const auto torch = make_network({"mobilenetv2", {65, 65, 3}, 2}), tensorflow = make_network({"mobilenetv2-tensorflow", {65, 65, 3}, 2});
  State state = initial_state(*torch, Random(1));
  const Pass pass{state.parameters, state.buffers};
  EXPECT_TRUE(level_maps(*torch, pass, pictures(65, 65))[0].allclose(level_maps(*tensorflow, pass, pictures(65, 65))[0], 1e-4, 1e-5));
  EXPECT_FALSE(level_maps(*torch, pass, pictures(64, 64))[0].allclose(level_maps(*tensorflow, pass, pictures(64, 64))[0], 1e-2, 1e-3));
}

}  // namespace
}  // namespace decant::nn
