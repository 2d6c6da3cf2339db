// The masked autoencoder: names and shapes as published, what it may see, and its gradients.
#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/test_support.h"
#include "decant/nn/autoencoder.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/nn/smooth.h"
#include "decant/nn/weights.h"

namespace decant::nn {
namespace {

using Shapes = std::map<std::string, std::vector<int64_t>>;

/// One block of the published models, timm's Block with qkv_bias.
void expect_block(Shapes& shapes, const std::string& name, int64_t width) {
  for (const char* norm : {"norm1", "norm2"}) {
    shapes[name + "." + norm + ".weight"] = {width};
    shapes[name + "." + norm + ".bias"] = {width};
  }
  const auto linear = [&](const std::string& which, int64_t in, int64_t out) {
    shapes[name + "." + which + ".weight"] = {out, in};
    shapes[name + "." + which + ".bias"] = {out};
  };
  linear("attn.qkv", width, 3 * width);
  linear("attn.proj", width, width);
  linear("mlp.fc1", width, 4 * width);
  linear("mlp.fc2", 4 * width, width);
}

/// The state_dict of models_mae.py: every name and shape, for pictures of 224 pixels.
Shapes published(int64_t side, int64_t width, int depth) {
  const int64_t tokens = 1 + (224 / side) * (224 / side);
  Shapes shapes{{"cls_token", {1, 1, width}},
                {"pos_embed", {1, tokens, width}},
                {"patch_embed.proj.weight", {width, 3, side, side}},
                {"patch_embed.proj.bias", {width}},
                {"norm.weight", {width}},
                {"norm.bias", {width}},
                {"decoder_embed.weight", {512, width}},
                {"decoder_embed.bias", {512}},
                {"mask_token", {1, 1, 512}},
                {"decoder_pos_embed", {1, tokens, 512}},
                {"decoder_norm.weight", {512}},
                {"decoder_norm.bias", {512}},
                {"decoder_pred.weight", {side * side * 3, 512}},
                {"decoder_pred.bias", {side * side * 3}}};
  for (int i = 0; i < depth; ++i) expect_block(shapes, "blocks." + std::to_string(i), width);
  for (int i = 0; i < 8; ++i) expect_block(shapes, "decoder_blocks." + std::to_string(i), 512);
  return shapes;
}

Shapes shapes_of(const Module& module) {
  Shapes shapes;
  for (const auto* specs : {&module.parameters(), &module.buffers()}) {
    for (const TensorSpec& spec : *specs) EXPECT_TRUE(shapes.emplace(spec.name, spec.shape).second) << spec.name;
  }
  return shapes;
}

TEST(Mae, HasThePublishedNamesAndShapes) {
  const ImageSize size{224, 224, 3};
  EXPECT_EQ(shapes_of(*make_autoencoder({"mae-base", size})), published(16, 768, 12));
  EXPECT_EQ(shapes_of(*make_autoencoder({"mae-large", size})), published(16, 1024, 24));
  EXPECT_EQ(shapes_of(*make_autoencoder({"mae-huge", size})), published(14, 1280, 32));
  EXPECT_EQ(shapes_of(*make_autoencoder({"mae-base", size})).size(), 254U);
}

int64_t trained_values(const std::string& name, ImageSize size) {
  int64_t total = 0;
  const auto network = make_autoencoder({name, size});
  for (const TensorSpec& spec : network->parameters())
    total += std::accumulate(spec.shape.begin(), spec.shape.end(), int64_t{1}, std::multiplies<>());
  return total;
}

TEST(Mae, HasTheDocumentedSizes) {
  EXPECT_EQ(trained_values("mae", {32, 32, 3}), 1'040'752);
  EXPECT_EQ(trained_values("mae-base", {224, 224, 3}), 111'655'680);
  EXPECT_EQ(trained_values("mae-large", {224, 224, 3}), 329'239'296);
  EXPECT_EQ(trained_values("mae-huge", {224, 224, 3}), 656'613'964);
}

const char* const kTiny = "mae+width=16+heads=2+depth=2+decoder-width=8+decoder-heads=2+decoder-depth=1";

/// A network in float64 on two pictures of four patches.
struct Subject {
  explicit Subject(const std::string& name = kTiny) : network(make_autoencoder({name, {8, 8, 3}})) {
    state = initial_state(*network, Random(3));
    for (Tensors* tensors : {&state.parameters, &state.buffers}) {
      for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
    }
    Random random(1, "images");
    std::generate_n(images.data_ptr<double>(), images.numel(), [&] { return 2 * random.uniform() - 1; });
  }
  Pass pass() { return {state.parameters, state.buffers}; }

  const ThreadCount threads{1};
  std::unique_ptr<const Autoencoder> network;
  State state;
  Tensor images = at::zeros({2, 3, 8, 8}, at::kDouble);
};

TEST(Patches, AreCutInReadingOrderAndJoinedAgain) {
  const Subject subject;
  const Tensor cut = cut_into_patches(subject.images, 4);
  ASSERT_EQ(cut.sizes(), (std::vector<int64_t>{2, 4, 48}));
  for (const auto& [patch, line, column, channel] : {std::array{0, 0, 0, 0}, {1, 2, 3, 1}, {2, 1, 0, 2}, {3, 3, 3, 2}})
    EXPECT_EQ(cut[1][patch][(line * 4 + column) * 3 + channel].item<double>(),
              subject.images[1][channel][patch / 2 * 4 + line][patch % 2 * 4 + column].item<double>());
  EXPECT_TRUE(join_patches(cut, {8, 8, 3}, 4).equal(subject.images));
}

TEST(Patches, KeptOnesAreListedAndFilledUp) {
  const std::vector<std::vector<bool>> masks{{true, false, true, true}, {false, false, false, true}};
  const KeptPatches kept = kept_patches(masks);
  EXPECT_FALSE(kept.even);
  ASSERT_EQ(kept.places.sizes(), (std::vector<int64_t>{2, 3}));
  const int64_t* places = kept.places.data_ptr<int64_t>();
  EXPECT_EQ(std::vector<int64_t>(places, places + 6), (std::vector<int64_t>{0, 2, 3, 3, 4, 4}));
  const Tensor dropped = dropped_patches(kept, 4);
  for (int64_t i = 0; i < 8; ++i)
    EXPECT_NE(dropped.reshape(8)[i].item<bool>(), masks[static_cast<size_t>(i / 4)][static_cast<size_t>(i % 4)]);
  EXPECT_TRUE(kept_patches(std::vector(2, masks[0])).even);
}

TEST(Mae, LearnsWithEveryParameter) {
  Subject subject;
  for (Tensor& parameter : subject.state.parameters) parameter.requires_grad_();
  const Tensor out =
      subject.network->forward({subject.state.parameters, subject.state.buffers, true}, subject.images,
                               kept_patches(std::vector<std::vector<bool>>{{true, false, true, true}, {true, false, false, false}}));
  ASSERT_EQ(out.sizes(), (std::vector<int64_t>{2, 4, 48}));
  const auto gradients = torch::autograd::grad({out.pow(2).sum()}, subject.state.parameters);
  for (size_t i = 0; i < gradients.size(); ++i) {
    const double widest = gradients[i].abs().max().item<double>();
    EXPECT_TRUE(std::isfinite(widest) && widest > 0) << subject.network->parameters()[i].name;
  }
}

TEST(Mae, GradientsAgreeWithFiniteDifferences) {
  Subject subject;
  const std::vector<std::vector<bool>> kept{{true, false, true, true}, {false, false, false, true}};
  const auto loss = [&](const Tensors& parameters) {
    return subject.network->forward({parameters, subject.state.buffers, true}, subject.images, kept_patches(kept)).pow(2).mean();
  };
  Tensors here;
  Tensors direction;
  Random random(5, "direction");
  for (const Tensor& parameter : subject.state.parameters) {
    here.push_back(parameter.clone().requires_grad_());
    direction.push_back(at::zeros(parameter.sizes(), at::kDouble));
    std::generate_n(direction.back().data_ptr<double>(), parameter.numel(), [&] { return 0.1 * random.normal(); });
  }
  const auto gradients = torch::autograd::grad({loss(here)}, here);
  const auto moved = [&](double t) {
    Tensors to;
    for (size_t i = 0; i < here.size(); ++i) to.push_back(here[i].detach() + direction[i] * t);
    return to;
  };
  double slope = 0;
  for (size_t i = 0; i < here.size(); ++i) slope += (gradients[i] * direction[i]).sum().item<double>();
  const double numeric = (loss(moved(1e-6)) - loss(moved(-1e-6))).item<double>() / 2e-6;
  EXPECT_NEAR(slope, numeric, 1e-6 * (1 + std::abs(numeric)));
  EXPECT_GT(std::abs(slope), 1e-3);
}

TEST(Mae, NeverSeesADroppedPatch) {
  Subject subject(std::string(kTiny) + "+means=0");
  const std::vector<std::vector<bool>> kept{{true, false, true, true}, {false, true, false, true}};
  const KeptPatches which = kept_patches(kept);
  const Tensor dropped = dropped_patches(which, 4).unsqueeze(2);
  const Pass pass = subject.pass();
  const Tensor before = subject.network->forward(pass, subject.images, which);
  const Tensor spoiled = cut_into_patches(subject.images, 4).masked_fill(dropped, std::nan(""));
  EXPECT_TRUE(subject.network->forward(pass, join_patches(spoiled, {8, 8, 3}, 4), which).equal(before));
  const Tensor other = subject.network->forward(pass, subject.images * 1.01, which);
  EXPECT_FALSE(other.equal(before)) << "what is kept counts";
}

TEST(Mae, OfADroppedPatchTheMeanColourIsAllItMayBeTold) {
  Subject subject;
  const KeptPatches which = kept_patches(std::vector<std::vector<bool>>{{true, false, true, true}, {false, true, false, true}});
  const Tensor holes = join_patches(dropped_patches(which, 4).unsqueeze(2).expand({2, 4, 16}), {8, 8, 1}, 4);
  const Pass pass = subject.pass();
  const Tensor before = subject.network->forward(pass, subject.images, which);
  const auto moved = [&](const Tensor& other) { return subject.network->forward(pass, at::where(holes, other, subject.images), which); };
  const Tensor flat = subject.images - without_patch_means(subject.images, 4);
  EXPECT_TRUE(moved(flat).allclose(before, 0, 1e-9));
  EXPECT_TRUE(moved(flat * 2.0 - subject.images).allclose(before, 0, 1e-9)) << "turned over around its mean";
  EXPECT_FALSE(moved(flat + 0.1).allclose(before, 0, 1e-2));
  const auto means = [](const Tensor& patches) { return patches.reshape({2, 4, 16, 3}).mean(2); };
  const Tensor gap =
      (means(before) - means(cut_into_patches(subject.images, 4))).masked_fill(dropped_patches(which, 4).logical_not().unsqueeze(2), 0);
  EXPECT_LT(gap.abs().max().item<double>(), 1e-9);
}

// What the option adds is the in-painting, patch by patch; with weights of zero it is all there is.
TEST(Mae, StartsFromTheHarmonicInPaintingIfAsked) {
  Subject plain(std::string(kTiny) + "+smooth=0");
  Subject smooth(std::string(kTiny) + "+smooth=1+means=0");
  for (Tensor& parameter : smooth.state.parameters) parameter.zero_();
  const std::vector<std::vector<bool>> kept{{true, false, true, true}, {false, true, true, true}};
  const KeptPatches which = kept_patches(kept);
  const Tensor holes = dropped_patches(which, 4).unsqueeze(2).expand({2, 4, 16});
  const Tensor filled = smooth_fill(smooth.images, join_patches(holes, {8, 8, 1}, 4));
  EXPECT_TRUE(smooth.network->forward(smooth.pass(), smooth.images, which).equal(cut_into_patches(filled, 4)));
  for (Tensor& parameter : plain.state.parameters) parameter.zero_();
  EXPECT_EQ(plain.network->forward(plain.pass(), plain.images, which).abs().max().item<double>(), 0);
}

TEST(Mae, PicturesThatKeepDifferentNumbersOfPatchesAreAsAlone) {
  Subject subject;
  const Pass pass = subject.pass();
  const std::vector<std::vector<bool>> kept{{true, true, true, true}, {false, false, true, false}};
  const Tensor together = subject.network->forward(pass, subject.images, kept_patches(kept));
  for (size_t i = 0; i < 2; ++i) {
    const Tensor alone =
        subject.network->forward(pass, subject.images.narrow(0, static_cast<int64_t>(i), 1), kept_patches(std::span(kept).subspan(i, 1)));
    EXPECT_TRUE(alone[0].allclose(together[static_cast<int64_t>(i)], 1e-12, 1e-12)) << i;
  }
}

// A patch is embedded as the published convolution does it, and gets the published position.
TEST(Mae, APictureMayKeepNoPatch) {
  for (const char* options : {"+smooth=0", "+smooth=1"}) {
    Subject subject(std::string(kTiny) + options);
    const Pass pass = subject.pass();
    const std::vector<std::vector<bool>> kept{{false, false, false, false}, {false, false, true, false}};
    const Tensor together = subject.network->forward(pass, subject.images, kept_patches(kept));
    const Tensor alone = subject.network->forward(pass, subject.images.narrow(0, 0, 1), kept_patches(std::span(kept).first(1)));
    EXPECT_TRUE(alone.isfinite().all().item<bool>());
    EXPECT_TRUE(alone[0].allclose(together[0], 1e-9, 1e-9)) << options;
  }
}

TEST(Mae, PositionsAreThePublishedSinesAndCosines) {
  const auto network = make_autoencoder({"mae+width=8+heads=1+patch=4", {16, 8, 1}});
  const State state = initial_state(*network, Random(1));
  ASSERT_EQ(network->buffers()[0].name, "pos_embed");
  const Tensor& table = state.buffers[0];
  ASSERT_EQ(table.sizes(), (std::vector<int64_t>{1, 9, 8}));
  EXPECT_EQ(table[0][0].abs().max().item<float>(), 0) << "class token";
  const Tensor at_line_1_column_2 = table[0][1 + 4 + 2];
  const std::vector<double> expected{std::sin(2.0), std::sin(0.02), std::cos(2.0), std::cos(0.02),
                                     std::sin(1.0), std::sin(0.01), std::cos(1.0), std::cos(0.01)};
  for (int64_t i = 0; i < 8; ++i) EXPECT_NEAR(at_line_1_column_2[i].item<float>(), expected[static_cast<size_t>(i)], 1e-6) << i;
}

TEST(Mae, WeightsComeBackAsTheyWere) {
  const auto network = make_autoencoder({kTiny, {8, 8, 3}});
  const State state = initial_state(*network, Random(1));
  const auto file = fresh_path("mae.safetensors");
  save_weights(*network, state, file);
  const State back = load_weights(*network, file);
  for (size_t i = 0; i < state.parameters.size(); ++i) EXPECT_TRUE(back.parameters[i].equal(state.parameters[i]));
  for (size_t i = 0; i < state.buffers.size(); ++i) EXPECT_TRUE(back.buffers[i].equal(state.buffers[i]));
  expect_says(message_of([&] {
                load_weights(*make_autoencoder({std::string(kTiny) + "+patch=2", {8, 8, 3}}), file);
              }),
              {"mae.safetensors", "patch_embed.proj.weight", "not (16, 3, 2, 2)"});
}

TEST(Mae, FaultsAreNamed) {
  const auto fault = [](const std::string& name, ImageSize size) { return message_of([&] { make_autoencoder({name, size}); }); };
  expect_says(fault("quick", {32, 32, 3}), {"'quick' is not a network that fills in pictures", "mae-base"});
  expect_says(fault("mae", {30, 32, 3}), {"cannot cut pictures of 30×32 pixels into patches of 4", "multiple of 4"});
  expect_says(fault("mae+wdth=8", {32, 32, 3}), {"unknown option 'wdth'", "did you mean 'width'"});
  expect_says(fault("mae+width=20+heads=3", {32, 32, 3}), {"width 20 is no multiple of 4 and of 3 heads"});
  expect_says(fault("mae+norm-pix=1", {32, 32, 3}), {"norm-pix and smooth exclude each other", "+smooth=0"});
  expect_says(fault("mae+smooth=0+means=1", {32, 32, 3}), {"means=1 needs the smooth filling", "+smooth=0"});
  expect_says(fault("mae+drop=100", {32, 32, 3}), {"drop '100'", "1 to 99"});
  expect_says(message_of([] { make_network({"mae+width=8", {32, 32, 3}, 10}); }), {"fills in pictures and knows no classes"});
  EXPECT_TRUE(is_autoencoder("mae+width=8"));
  EXPECT_FALSE(is_autoencoder("vit"));
}

}  // namespace
}  // namespace decant::nn
