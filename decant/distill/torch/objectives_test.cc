// Gradients of every matching objective through every parameterisation, against finite differences
// in float64.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <tuple>

#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/gradients.h"
#include "decant/distill/torch/objective.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

nn::State in_float64(nn::State state) {
  for (Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
  }
  return state;
}

std::unique_ptr<Synthetic> synthetic_in_float64(const SmallWorld& world, const std::string& form) {
  const bool tiles = form == "tiles";
  const Tensor first = world.setting().first_pictures(tiles ? 8 : 2).to(at::kDouble);
  auto pictures = tiles             ? make_multi_formation(first, 3, 2)
                  : form == "bases" ? make_hallucinated(first, 3, 2, Random(5), std::nullopt)
                                    : make_pixels(first, 3);
  const Tensor targets = one_hot_targets(3, pictures->per_class()).to(at::kDouble);
  return std::make_unique<Synthetic>(std::move(pictures), 3, targets);
}

/// The objective as the loop asks it, all classes or one after another, in float64.
Tensor objective_at(const SmallWorld& world, const Parts& parts, const Synthetic& synthetic, const Fetched& fetched, int64_t number) {
  const Step step = world.step(number);
  const bool one_by_one = parts.objective->class_by_class(step);
  Tensor sum;
  for (int64_t part = 0; part < (one_by_one ? 3 : 1); ++part) {
    Sides sides{.synthetic = one_by_one ? synthetic.of_class(part) : synthetic.all()};
    sides.real = one_by_one ? parts.real->of_class(part, step.random("real", part)) : parts.real->of_all(step.random("real"));
    sides.real.pictures = sides.real.pictures.to(at::kDouble);
    const Tensor own = parts.objective->loss(step, fetched, sides);
    sum = sum.defined() ? sum + own : own;
  }
  return sum;
}

Tensor drawn_direction(const Tensor& like) {
  const Tensor direction = at::empty(like.sizes(), at::kDouble);
  Random random(9, "direction");
  std::generate_n(direction.data_ptr<double>(), direction.numel(), [&] { return random.normal(); });
  return direction;
}

/// (method, parameterisation, channels, step of 8)
using Case = std::tuple<std::string, std::string, int, int>;
class ObjectiveGradients : public testing::TestWithParam<Case> {};

TEST_P(ObjectiveGradients, AreThoseOfFiniteDifferences) {
  const auto& [method, form, channels, number] = GetParam();
  SmallWorld world(channels);
  const Parts parts = world.parts(method);
  const auto synthetic = synthetic_in_float64(world, form);
  Fetched fetched{.networks = {in_float64(drawn_network(world.step()))}};
  fetched.accuracy = 0.01;
  for (const Learnt& learnt : synthetic->learnt()) {
    const Tensor loss = objective_at(world, parts, *synthetic, fetched, number);
    EXPECT_EQ(loss.scalar_type(), at::kDouble);
    const Tensor gradient = torch::autograd::grad({loss}, {learnt.value})[0];
    const Tensor direction = drawn_direction(learnt.value);
    const auto moved = [&](double distance) {
      {
        const c10::NoGradGuard no_grad;
        learnt.value.add_(direction, distance);
      }
      const double value = objective_at(world, parts, *synthetic, fetched, number).item<double>();
      const c10::NoGradGuard no_grad;
      learnt.value.sub_(direction, distance);
      return value;
    };
    constexpr double h = 1e-6;
    const double slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
    const double expected = (gradient * direction).sum().item<double>();
    EXPECT_GT(std::abs(expected), 1e-6) << learnt.name;
    EXPECT_NEAR(slope / expected, 1, 1e-6) << learnt.name;
  }
}

std::vector<Case> gradient_cases() {
  std::vector<Case> cases;
  for (const std::string form : {"pixels", "tiles", "bases"}) {
    for (const std::string method : {"dm", "feddm", "dc", "cafe", "idm", "ncfm+sampler=fixed+frequencies=16", "ncfm+frequencies=16"})
      cases.emplace_back(method, form, 1, 0);
    for (const int channels : {1, 3}) cases.emplace_back("idc", form, channels, 0);  // L1 and squares
    for (const int number : {0, 7}) cases.emplace_back("dcc", form, 1, number);      // class by class, then together
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, ObjectiveGradients, testing::ValuesIn(gradient_cases()));

/// What the sampler of frequencies is pushed to: along the gradient's sign the objective grows.
TEST(Ncfm, ItsSamplerMakesTheObjectiveLarger) {
  SmallWorld world;
  const Parts parts = world.parts("ncfm+frequencies=64");
  const Tensor spread = parts.synthetic->learnt_named("frequencies");
  const Fetched fetched{.networks = {in_float64(drawn_network(world.step()))}};
  const auto value = [&] { return objective_at(world, parts, *synthetic_in_float64(world, "pixels"), fetched, 0); };
  const Tensor before = value();
  const Tensor gradient = torch::autograd::grad({before}, {spread})[0];
  const c10::NoGradGuard no_grad;
  spread.add_(gradient, 1e-3 / gradient.norm().item<double>());
  const double rise = value().item<double>() - before.item<double>();
  EXPECT_NEAR(rise / (1e-3 * gradient.norm().item<double>()), 1, 0.05);
  for (const Learnt& learnt : parts.synthetic->learnt()) {
    if (learnt.name == "frequencies") {
      EXPECT_LT(learnt.rate, 0);
      EXPECT_FALSE(learnt.stored);
    }
  }
}

TEST(Ncfm, EqualPointsAreAtNoDistance) {
  SmallWorld world;
  const Parts parts = world.parts("ncfm+sampler=fixed+frequencies=16");
  const Fetched fetched{.networks = {in_float64(drawn_network(world.step()))}};
  Sides sides{.real = parts.real->of_all(Random(1))};
  sides.real.pictures = sides.real.pictures.to(at::kDouble);
  sides.synthetic.pictures = sides.real.pictures;
  EXPECT_LT(parts.objective->loss(world.step(), fetched, sides).item<double>(), 300 * 3 * 2e-6);
}

/// DM's objective, written out over single pictures.
TEST(Dm, IsTheDistanceOfMeans) {
  SmallWorld world;
  const Parts parts = world.parts("dm");
  nn::State state = drawn_network(world.step());
  const Fetched fetched{.networks = {state}};
  const Sides sides{.synthetic = parts.synthetic->all(), .real = parts.real->of_all(Random(1))};
  double expected = 0;
  for (int64_t c = 0; c < 3; ++c) {
    std::vector<double> difference(static_cast<size_t>(world.network->embedding_width()));
    const auto add = [&](const Tensor& picture, double weight) {
      const Tensor embedding = world.network->embed({state.parameters, state.buffers}, picture).detach().contiguous();
      for (size_t i = 0; i < difference.size(); ++i) difference[i] += weight * embedding.data_ptr<float>()[i];
    };
    for (int64_t i = 0; i < 4; ++i) add(sides.real.pictures.narrow(0, 4 * c + i, 1), 0.25);
    for (int64_t i = 0; i < 2; ++i) add(sides.synthetic.pictures.narrow(0, 2 * c + i, 1), -0.5);
    for (const double value : difference) expected += value * value;
  }
  EXPECT_NEAR(parts.objective->loss(world.step(), fetched, sides).item<double>() / expected, 1, 1e-4);
}

/// Real rows some at a time give what they give at once.
TEST(RealPasses, PartsAddUp) {
  SmallWorld world(1, "convnet+width=4+depth=2", 90);
  const RealBatch batch = sample_per_class(world.real, 25)->of_all(Random(2));
  const nn::State state = drawn_network(world.step());
  EXPECT_EQ(classes_of(batch, *world.network).size(), 3U);
  Tensors buffers = state.buffers;
  const Tensor whole = world.network->embed({state.parameters, buffers}, batch.pictures);
  EXPECT_LT((real_embeddings(world.step(), state, batch.pictures, true) - whole).abs().max().item<double>(), 1e-5);
  const Tensors at_once = gradients_at(world.step(), state, batch.pictures, batch.labels, false);
  const Tensors in_parts = real_gradients(world.step(), state, batch);
  for (size_t i = 0; i < at_once.size(); ++i) EXPECT_LT((at_once[i] - in_parts[i]).abs().max().item<double>(), 1e-5);
}

/// A batch norm looks at the whole batch, so it is not cut.
TEST(RealPasses, AreWholeUnderBatchNorm) {
  SmallWorld world(1, "convnet+width=4+depth=2+norm=batch");
  EXPECT_EQ(classes_of(sample_per_class(world.real, 5)->of_all(Random(2)), *world.network).size(), 1U);
}

}  // namespace
}  // namespace decant::distill
