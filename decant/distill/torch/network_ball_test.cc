#include "decant/distill/torch/network_ball.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/run.h"
#include "decant/nn/state_values.h"

namespace decant::distill {
namespace {

constexpr const char* kNet = "convnet+width=4+depth=2";

/// A network of five classes.
struct Centre {
  Centre() : network(nn::make_network({kNet, {8, 8, 1}, 5})), state(nn::initial_state(*network, Random(4, "centre of a test"))) {
    teacher = {.net = kNet, .size = {8, 8, 1}, .classes = 5, .normalise = "0.25/0.5", .weights = nn::values_of(state), .digest = "c"};
  }
  std::unique_ptr<const nn::Classifier> network;
  nn::State state;
  train::Teacher teacher;
};

std::vector<float> values_of(const NetworkBall& ball, uint64_t stream) {
  return nn::values_of(network_near(ball, Random(1, "ball", stream)));
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i) squares += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
  return std::sqrt(squares);
}

TEST(NetworkBall, NetworksLieOnItsSurface) {
  const Centre centre;
  const NetworkBall ball = ball_around({.network = &centre.teacher, .radius = 0.5}, *centre.network, at::kCPU);
  EXPECT_NEAR(distance(values_of(ball, 0), centre.teacher.weights), 0.5, 1e-5);
  EXPECT_EQ(values_of(ball, 0), values_of(ball, 0));
  EXPECT_GT(distance(values_of(ball, 0), values_of(ball, 1)), 0.5) << "two directions";
  const NetworkBall point = ball_around({.network = &centre.teacher, .radius = 0}, *centre.network, at::kCPU);
  EXPECT_EQ(values_of(point, 0), centre.teacher.weights);
  const NetworkBall wide = ball_around({.network = &centre.teacher, .radius = 1e6}, *centre.network, at::kCPU);
  const auto deviation = distance(values_of(wide, 0), centre.teacher.weights) / std::sqrt(double(centre.teacher.weights.size()));
  EXPECT_NEAR(deviation, 1, 0.1) << "nothing is clipped";
}

TEST(NetworkBall, OfSomeClassesGivesTheirLogits) {
  const Centre centre;
  const auto fewer = nn::make_network({kNet, {8, 8, 1}, 3});
  const NetworkBall ball = ball_around({.network = &centre.teacher, .classes = {0, 3, 4}, .radius = 0}, *fewer, at::kCPU);
  const SmallWorld world;
  const Tensor pictures = world.real.batch(std::vector<int64_t>{0, 1, 2, 3}).pictures;
  const auto logits = [&](const nn::Classifier& network, nn::State state) {
    return network.forward({state.parameters, state.buffers, /*training=*/false}, pictures);
  };
  const Tensor some = logits(*fewer, network_near(ball, Random(1)));
  const Tensor all = logits(*centre.network, centre.state);
  EXPECT_TRUE(at::equal(some, all.index_select(1, at::tensor({0, 3, 4}, at::kLong))));
}

TEST(NetworkBall, RefusesCentresThatDoNotFit) {
  const Centre centre;
  const auto fewer = nn::make_network({kNet, {8, 8, 1}, 3});
  const auto fault = [&](train::Teacher teacher, std::vector<int32_t> classes, double radius = 1) {
    return message_of([&] { ball_around({&teacher, std::move(classes), radius}, *fewer, at::kCPU); });
  };
  expect_says(fault(centre.teacher, {}), {"tells 5 classes, which cannot be the 3 of the rows"});
  expect_says(fault(centre.teacher, {0, 3, 5}), {"tells 5 classes"});
  expect_says(fault(centre.teacher, {0, 1, 2}, -1), {"radius: -1 is no distance"});
  train::Teacher other = centre.teacher;
  other.net = "lenet";
  expect_says(fault(other, {0, 1, 2}), {"is lenet, but pictures are looked at through convnet+width=4+depth=2", "Take --net lenet"});
  other = centre.teacher;
  other.weights.pop_back();
  expect_says(fault(other, {0, 1, 2}), {"weights, but"});
  other = centre.teacher;
  other.weights[7] = NAN;
  expect_says(fault(other, {0, 1, 2}), {"has a weight that is not a finite number"});
}

Distilled distilled(const SmallWorld& world, const Around& around) {
  DistillOptions options = world.options;
  options.method = "feddm";
  options.steps = 3;
  return distill({.options = options, .rows = &world.rows, .subset = world.subset, .classes = 3, .around = around}, world.context);
}

TEST(NetworkBall, DecidesWhatIsDistilled) {
  const Centre centre;
  SmallWorld world;
  world.options.net = kNet;
  const Around around{.network = &centre.teacher, .classes = {1, 2, 4}, .radius = 0.1};
  const Distilled near = distilled(world, around);
  EXPECT_EQ(distilled(world, around).set.pixels, near.set.pixels);
  EXPECT_NE(distilled(world, {}).set.pixels, near.set.pixels);
  // The rows are seen as the network saw pictures.
  EXPECT_EQ(near.training.at("normalise"), centre.teacher.normalise);
  // Of fresh networks every step's is another; these are alike, so the objective moves little.
  EXPECT_LT(std::abs(near.losses[1] / near.losses[0] - 1), 0.5);
}

}  // namespace
}  // namespace decant::distill
