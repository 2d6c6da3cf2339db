#include <ATen/TensorOperators.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/nn/weights.h"
#include "decant/patches/torch/attribute.h"
#include "decant/patches/torch/cam.h"
#include "decant/patches/torch/occlusion.h"
#include "decant/patches/torch/rollout.h"

namespace decant::patches {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

Tensor drawn_images(const nn::NetworkSpec& spec, int64_t count) {
  Tensor images = at::zeros({count, spec.input.channels, spec.input.height, spec.input.width}, at::kDouble);
  Random random(1, "images");
  std::generate_n(images.data_ptr<double>(), images.numel(), [&] { return random.normal(); });
  return images;
}

nn::State drawn_state(const nn::Classifier& network) {
  nn::State state = nn::initial_state(network, Random(4));
  for (nn::Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
  }
  return state;
}

/// A value of a contiguous tensor of doubles.
double value(const Tensor& tensor, std::initializer_list<int64_t> place) {
  int64_t at = 0;
  size_t axis = 0;
  for (const int64_t index : place) at += index * tensor.stride(static_cast<int64_t>(axis++));
  return tensor.data_ptr<double>()[at];
}

/// Maps of one picture and their gradient, from the graph of the whole network.
LayerView whole_graph(const nn::Classifier& network, nn::State& state, const CamLayer& layer, const Tensor& image, int64_t y) {
  for (const Tensor& parameter : state.parameters) parameter.set_requires_grad(true);
  nn::Taps taps;
  const Tensor scores = network.forward({state.parameters, state.buffers, false, &taps}, image);
  const Tensor maps = std::ranges::find(taps.outputs, layer.name, &nn::Taps::Tap::name)->value;
  const Tensor gradient = torch::autograd::grad({scores.select(1, y).sum()}, {maps})[0];
  const auto placed = [&](const Tensor& x) {  // tokens (1, t, c): token t lies at (t / width, t % width)
    const Tensor grid = x.dim() == 4 ? x : x.permute({0, 2, 1}).reshape({1, x.size(2), layer.height, layer.width});
    return grid.detach().contiguous();
  };
  return {placed(maps), placed(gradient)};
}

/// Equations 10 to 19 of the paper with Y = exp(S), whose derivatives are exp(S) g, exp(S) g² and
/// exp(S) g³; or, with `plus_plus` off, the mean gradient.
std::vector<double> plain_cam(const LayerView& view, double score, bool plus_plus) {
  const int64_t channels = view.maps.size(1);
  const int64_t height = view.maps.size(2);
  const int64_t width = view.maps.size(3);
  std::vector<double> map(static_cast<size_t>(height * width), 0.0);
  for (int64_t k = 0; k < channels; ++k) {
    double total = 0;
    for (int64_t i = 0; i < height * width; ++i) total += value(view.maps, {0, k, i / width, i % width});
    double w = 0;
    for (int64_t i = 0; i < height * width; ++i) {
      const double g = value(view.gradient, {0, k, i / width, i % width});
      const double second = std::exp(score) * g * g;
      const double third = std::exp(score) * g * g * g;
      const double below = 2 * second + total * third;
      const double alpha = below == 0 ? 0 : second / below;
      w += plus_plus ? alpha * std::max(0.0, std::exp(score) * g) : g / static_cast<double>(height * width);
    }
    for (int64_t i = 0; i < height * width; ++i) map[static_cast<size_t>(i)] += w * value(view.maps, {0, k, i / width, i % width});
  }
  for (double& place : map) place = std::max(0.0, place);
  return map;
}

/// Whether anything but zeros was compared.
bool expect_proportional(const Tensor& map, const std::vector<double>& plain, const std::string& what) {
  const Tensor own = map.contiguous();
  EXPECT_EQ(own.numel(), std::ssize(plain));
  const double sum = own.sum().item<double>();
  const double plain_sum = std::accumulate(plain.begin(), plain.end(), 0.0);
  EXPECT_EQ(sum > 0, plain_sum > 0) << what;
  if (sum <= 0) return false;
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(own.data_ptr<double>()[i] / sum, plain[i] / plain_sum, 1e-10) << what << " " << i;
  return true;
}

struct CamCase {
  nn::NetworkSpec spec;
  std::string layer;
  int64_t side;
};

// quick at 8 pixels ends in maps of 1×1, so an earlier layer is taken. The maps of convnet are
// flattened, with another gradient at every place.
const std::vector<CamCase> kCamCases = {{{"quick", {8, 8, 3}, 4}, "conv1", 4},
                                        {{"quick", {32, 32, 3}, 4}, "conv4", 4},
                                        {{"resnet20", {16, 16, 3}, 4}, "layer3.2", 4},
                                        {{"convnet+width=16", {32, 32, 1}, 4}, "features.8", 4},
                                        {{"vit-mini", {16, 16, 3}, 4}, "blocks.3", 4}};

TEST(Cam, IsItsFormula) {
  for (const auto& [spec, layer, side] : kCamCases) {
    const auto network = nn::make_network(spec);
    Subject subject(*network, drawn_state(*network));
    const CamLayer chosen = cam_layer(subject, "");
    EXPECT_EQ(chosen.name, layer) << spec.name;
    EXPECT_GE(chosen.height, side);
    const Tensor images = drawn_images(spec, 3);
    const Tensor labels = at::zeros({3}, at::kLong);
    for (int64_t i = 0; i < 3; ++i) labels[i] = i - 1;  // the first one has none
    const LayerView view = look_at(subject, chosen, images, labels);
    nn::State state = drawn_state(*network);
    const Tensor scores = network->forward({state.parameters, state.buffers}, images);
    int compared = 0;
    for (int64_t i = 0; i < 3; ++i) {
      const int64_t y = i == 0 ? scores[0].argmax().item<int64_t>() : i - 1;
      const LayerView plain = whole_graph(*network, state, chosen, images.narrow(0, i, 1), y);
      const std::string what = spec.name + " picture " + std::to_string(i);
      compared += expect_proportional(gradcam_map(view)[i], plain_cam(plain, 0, false), what);
      compared += expect_proportional(gradcam_plus_plus_map(view)[i], plain_cam(plain, scores[i][y].item<double>(), true), what);
    }
    EXPECT_GE(compared, 4) << spec.name;
  }
}

// g = 1e-20 and its cube is 0 in float32: the map is that of the same gradient on another scale,
// where g Σ A is small.
TEST(Cam, StandsTinyGradients) {
  LayerView view{drawn_images({"", {4, 4, 3}, 1}, 2).abs().to(at::kFloat), drawn_images({"", {4, 4, 3}, 1}, 2).to(at::kFloat) * 1e-20};
  const Tensor map = gradcam_plus_plus_map(view);
  const Tensor larger = gradcam_plus_plus_map({view.maps.to(at::kDouble), view.gradient.to(at::kDouble) * 1e12});
  EXPECT_GT(map.sum().item<float>(), 0);
  EXPECT_TRUE((map.to(at::kDouble) * 1e12).allclose(larger, 1e-5, 0));
}

TEST(Rollout, IsItsFormula) {
  const auto network = nn::make_network({"vit-mini", {16, 8, 3}, 4});
  Subject subject(*network, drawn_state(*network));
  const Tensor images = drawn_images(network->spec(), 2);
  const Tensor map = rollout_map(subject, images);
  ASSERT_EQ(map.sizes(), (std::vector<int64_t>{2, 2, 4}));
  nn::Taps taps;
  network->maps(subject.pass(&taps), images);
  const int64_t tokens = 8;
  for (int64_t picture = 0; picture < 2; ++picture) {
    std::vector<double> flow(64, 0.0);
    for (int64_t i = 0; i < tokens; ++i) flow[static_cast<size_t>(i * tokens + i)] = 1;
    for (const auto& [name, attention] : taps.attention) {
      const Tensor weights = attention.contiguous();
      std::vector<double> next(64, 0.0);
      for (int64_t i = 0; i < tokens; ++i) {
        for (int64_t k = 0; k < tokens; ++k) {
          double mixed = i == k ? 0.5 : 0;
          for (int64_t head = 0; head < 3; ++head) mixed += value(weights, {picture, head, i, k}) / 3 / 2;
          for (int64_t j = 0; j < tokens; ++j)
            next[static_cast<size_t>(i * tokens + j)] += mixed * flow[static_cast<size_t>(k * tokens + j)];
        }
      }
      flow = next;
    }
    std::vector<double> plain(8, 0.0);
    for (size_t i = 0; i < flow.size(); ++i) plain[i % 8] += flow[i] / 8;
    expect_proportional(map[picture], plain, "rollout");
    EXPECT_NEAR(map[picture].sum().item<double>(), 1, 1e-12);
  }
}

TEST(Occlusion, IsTheLossOfLikelihoodWithoutTheCell) {
  const auto network = nn::make_network({"quick", {8, 8, 3}, 4});
  Subject subject(*network, drawn_state(*network));
  const Tensor image = drawn_images(network->spec(), 1);
  const Tensor label = at::zeros({1}, at::kLong) + 2;
  std::vector<float> map(16);
  occlusion_map(subject, image, label, {8, 8, 3}, 4, 5, map);
  const auto likelihood = [&](const Tensor& x) { return at::log_softmax(network->forward(subject.pass(), x), 1)[0][2].item<double>(); };
  for (int64_t cell = 0; cell < 16; ++cell) {
    const Tensor less = image.clone();
    for (int64_t c = 0; c < 3; ++c) {
      double mean = 0;
      for (int64_t i = 0; i < 4; ++i) mean += value(image, {0, c, cell / 4 * 2 + i / 2, cell % 4 * 2 + i % 2}) / 4;
      for (int64_t i = 0; i < 4; ++i) less[0][c][cell / 4 * 2 + i / 2][cell % 4 * 2 + i % 2] = mean;
    }
    EXPECT_NEAR(map[static_cast<size_t>(cell)], std::max(0.0, likelihood(image) - likelihood(less)), 1e-6);
  }
  EXPECT_GT(*std::ranges::max_element(map), 1e-4F);
}

// Of a picture twice as wide as high, columns 0, 1, 6 and 7 of 8 lie outside.
TEST(Occlusion, LooksAtNothingThatTheNetworkDoesNotSee) {
  const auto network = nn::make_network({"quick", {8, 8, 3}, 4});
  Subject subject(*network, drawn_state(*network));
  const Tensor image = drawn_images(network->spec(), 1);
  std::vector<float> wide(64);
  occlusion_map(subject, image, at::zeros({1}, at::kLong), {32, 16, 3}, 8, 64, wide);
  for (size_t i = 0; i < wide.size(); ++i) {
    const bool outside = i % 8 < 2 || i % 8 > 5;
    EXPECT_TRUE(!outside || wide[i] == 0) << i;
  }
  EXPECT_GT(std::accumulate(wide.begin(), wide.end(), 0.0F), 0);
}

// ---- through the door

Image noise_picture(ImageSize size, uint64_t number) {
  Image image;
  image.resize(size);
  Random random(1, "noise", number);
  for (uint8_t& pixel : image.pixels) pixel = static_cast<uint8_t>(random.below(256));
  return image;
}

std::vector<Image> noise_pictures(ImageSize size, int count) {
  std::vector<Image> pictures;
  for (int i = 0; i < count; ++i) pictures.push_back(noise_picture(size, static_cast<uint64_t>(i)));
  return pictures;
}

AttributionOptions options_of(const std::string& net, int side) {
  AttributionOptions options;
  options.net = net;
  options.image_size = side;
  options.batch = 5;
  options.weights = fresh_path("weights.safetensors");
  const auto network = nn::make_network({net, {side, side, 3}, 4});
  nn::save_weights(*network, nn::initial_state(*network, Random(2)), options.weights);
  return options;
}

Matrix<float> maps_by(const std::string& method, const Rows& rows, const AttributionOptions& options, int side,
                      std::span<const int64_t> bad = {}) {
  Matrix<float> out(rows.size(), int64_t{side} * side);
  ImportanceMethod record = *find_importance(method);
  record.fill = [&method](const ImportanceJob& job, MatrixView<float> maps, const Context& context) {  // no module around a test
    attribute(method, job, maps, context);
  };
  importance_maps(record, {.rows = &rows, .bad = bad, .side = side, .network = options}, out.view(), {.threads = 1});
  return out;
}

TEST(Attribution, DoesNotDependOnTheBatch) {
  const MemoryRows rows(noise_pictures({16, 16, 3}, 7), {0, 1, 2, 3, 0, 1, kNoLabel});
  for (const auto& [method, net] :
       {std::pair{"gradcam++", "quick"}, {"gradcam", "resnet20"}, {"rollout", "vit-mini"}, {"occlusion", "quick"}}) {
    AttributionOptions options = options_of(net, 16);
    const Matrix<float> five = maps_by(method, rows, options, 8);
    options.batch = 1;
    const Matrix<float> one = maps_by(method, rows, options, 8);
    for (int64_t row = 0; row < 7; ++row) {
      EXPECT_NEAR(std::accumulate(five[row].begin(), five[row].end(), 0.0), 64, 1e-3) << method;
      for (size_t i = 0; i < 64; ++i) EXPECT_NEAR(five[row][i], one[row][i], 1e-3) << method;
    }
  }
}

TEST(Attribution, TakesTheLabelAndOtherwiseThePrediction) {
  const auto pictures = noise_pictures({16, 16, 3}, 4);
  const AttributionOptions options = options_of("quick", 16);
  const auto maps_for = [&](int32_t label) {
    return maps_by("gradcam++", MemoryRows(pictures, std::vector<int32_t>(4, label)), options, 8);
  };
  const Matrix<float> unlabelled = maps_for(kNoLabel);
  std::vector<Matrix<float>> labelled;
  for (int32_t label = 0; label < 4; ++label) labelled.push_back(maps_for(label));
  for (int64_t row = 0; row < 4; ++row) {
    const auto same = std::ranges::count_if(labelled, [&](const auto& maps) { return std::ranges::equal(maps[row], unlabelled[row]); });
    EXPECT_EQ(same, 1) << "the map of one class, that which is predicted";
  }
}

// Weights for other classes than the set's know nothing of its labels.
TEST(Attribution, TakesThePredictionWhereTheClassesAreOthers) {
  const auto pictures = noise_pictures({16, 16, 3}, 4);
  AttributionOptions options = options_of("quick", 16);
  const Matrix<float> unlabelled = maps_by("gradcam++", MemoryRows(pictures, std::vector<int32_t>(4, kNoLabel)), options, 8);
  options.classes = 10;
  const Matrix<float> labelled = maps_by("gradcam++", MemoryRows(pictures, {9, 8, 1, 0}), options, 8);
  EXPECT_TRUE(std::equal(labelled.data(), labelled.data() + 4 * 64, unlabelled.data()));
}

TEST(Attribution, MapsOfSomeRowsAreThoseOfAll) {
  const MemoryRows rows(noise_pictures({16, 16, 3}, 6), {0, 1, 2, 3, 0, 1});
  const AttributionOptions options = options_of("quick", 16);
  const Matrix<float> all = maps_by("gradcam++", rows, options, 8);
  const std::vector<int64_t> chosen = {1, 4};
  Matrix<float> some(6, 64);
  std::fill_n(some.data(), 6 * 64, -1.0F);
  attribute("gradcam++", {.rows = &rows, .chosen = chosen, .side = 8, .network = options}, some.view(), {.threads = 1});
  for (int64_t row = 0; row < 6; ++row) {
    if (row != 1 && row != 4) {
      EXPECT_THAT(some[row], Each(-1.0F));
      continue;
    }
    normalise_map(some[row]);
    for (size_t i = 0; i < 64; ++i) EXPECT_NEAR(some[row][i], all[row][i], 1e-4);
  }
}

// A 2:1 picture: the middle is that of the centre square alone, on half as many cells; the rest 0.
TEST(Attribution, IsOfTheWholePicture) {
  const Image wide = noise_picture({32, 16, 3}, 3);
  Image middle = noise_picture({16, 16, 3}, 0);
  for (int y = 0; y < 16; ++y) std::copy_n(wide.view().row(y) + 8 * 3, 16 * 3, middle.row(y));
  AttributionOptions options = options_of("resnet20", 16);
  options.normalisation = "imagenet";
  const Matrix<float> of_wide = maps_by("gradcam++", MemoryRows({wide}, {1}), options, 8);
  const Matrix<float> of_middle = maps_by("gradcam++", MemoryRows({middle}, {1}), options, 4);
  for (size_t r = 0; r < 8; ++r) {
    EXPECT_THAT(std::span(of_wide[0]).subspan(r * 8, 2), Each(0.0F));
    EXPECT_THAT(std::span(of_wide[0]).subspan(r * 8 + 6, 2), Each(0.0F));
    for (size_t c = 2; c < 6; ++c) EXPECT_GE(of_wide[0][r * 8 + c], 0.0F);
  }
  // A row of the small map is the mean of two of the large one, roughly: what matters is where.
  const auto heaviest = [](std::span<const float> map) { return std::ranges::max_element(map) - map.begin(); };
  const auto at_wide = heaviest(of_wide[0]);
  const auto at_middle = heaviest(of_middle[0]);
  EXPECT_EQ(at_wide % 8 - 2, at_middle % 4);
  EXPECT_EQ(at_wide / 8 / 2, at_middle / 4);
}

TEST(Attribution, BadRowsAreNotDecoded) {
  std::vector<Image> pictures = noise_pictures({16, 16, 3}, 3);
  pictures[1] = Image{};
  const std::vector<int64_t> bad = {1};
  const Matrix<float> maps = maps_by("gradcam++", MemoryRows(pictures, {0, 1, 2}), options_of("quick", 16), 8, bad);
  EXPECT_THAT(maps[1], Each(1.0F));
}

TEST(Attribution, FaultsAreNamed) {
  const MemoryRows rows(noise_pictures({16, 16, 3}, 2), {0, 4});
  const MemoryRows sound(noise_pictures({16, 16, 3}, 2), {0, 3});
  const auto fault = [&](const char* method, const Rows& of, const AttributionOptions& options) {
    return message_of([&] { maps_by(method, of, options, 8); });
  };
  AttributionOptions options = options_of("quick", 16);
  EXPECT_THAT(fault("gradcam", rows, options), HasSubstr("1: has label 4, but the network has 4 classes"));
  EXPECT_THAT(fault("rollout", sound, options), HasSubstr("has no attention to follow"));
  options.layer = "conv9";
  EXPECT_THAT(fault("gradcam++", sound, options), HasSubstr("no layer 'conv9' with maps"));
  EXPECT_THAT(fault("gradcam++", sound, options), HasSubstr("conv1, conv2, conv3, conv4"));
  EXPECT_THAT(fault("gradcam++", sound, options_of("mlp", 16)), HasSubstr("no layer with maps of at least 4×4"));
  options = options_of("quick", 16);
  options.normalisation = "none";
  EXPECT_THAT(fault("gradcam++", sound, options), HasSubstr("unknown normalisation 'none'"));
}

}  // namespace
}  // namespace decant::patches
