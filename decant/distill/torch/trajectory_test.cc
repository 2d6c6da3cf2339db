// Trajectory matching: the exact gradient against finite differences, the surrogate against its own
// formula, and what lies between the two. float64.
#include "decant/distill/torch/trajectory.h"

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/inner_training.h"
#include "decant/nn/device.h"

namespace decant::distill {
namespace {

constexpr int64_t kOnTheWay = 7;

/// A start, a place to reach, and batches on the way.
struct Way {
  SmallNet net;
  Tensors target;
  InnerTask task = train_classifier(*net.network, net.state.buffers, shuffled_batches(kOnTheWay, 4, 20, Random(3)));

  Way() {
    for (const Tensor& p : net.state.parameters) target.push_back(p + drawn(p.sizes(), "target") * 0.05);
  }

  LossOf exact(int64_t updates, int64_t every = 0) const {
    return [this, updates, every](const Tensors& sources) {
      const Tensors reached = unroll(task, net.state.parameters, sources, {.updates = updates, .recompute_every = every});
      return trajectory_loss(reached, net.state.parameters, target);
    };
  }
  LossOf surrogate(int64_t updates) const {
    return [this, updates](const Tensors& sources) { return tesla_loss(task, net.state.parameters, target, sources, updates); };
  }
};

/// θ_i, for i = 0 … updates.
std::vector<Tensors> places(const Way& way, const Tensors& sources, int64_t updates) {
  std::vector<Tensors> all{way.net.state.parameters};
  for (int64_t n = 1; n <= updates; ++n) all.push_back(train_without_graph(way.task, way.net.state.parameters, sources, {.updates = n}));
  return all;
}

TEST(TrajectoryLoss, IsOneAtTheStartAndZeroAtTheTarget) {
  const Way way;
  EXPECT_DOUBLE_EQ(trajectory_loss(way.net.state.parameters, way.net.state.parameters, way.target).item<double>(), 1);
  EXPECT_DOUBLE_EQ(trajectory_loss(way.target, way.net.state.parameters, way.target).item<double>(), 0);
}

TEST(TrajectoryLoss, HasTheGradientOfFiniteDifferences) {
  const nn::ThreadCount threads(1);
  const Way way;
  const Tensors sources = drawn_sources(kOnTheWay, 0.1);
  expect_finite_differences(way.exact(4), sources);
  EXPECT_LE(relative_difference(gradients_of_loss(way.exact(4, 2), sources), gradients_of_loss(way.exact(4), sources)), 1e-9);
}

// What the surrogate is the gradient of: ‖θ_0 − Σ α g_i(s; θ_i) − θ*‖² / ‖θ_0 − θ*‖² with every θ_i
// where it was.
TEST(Tesla, IsItsFormula) {
  const nn::ThreadCount threads(1);
  const Way way;
  const Tensors sources = drawn_sources(kOnTheWay, 0.1);
  const std::vector<Tensors> at = places(way, sources, 4);
  const LossOf held = [&](const Tensors& from) {
    Tensors reached = way.net.state.parameters;
    for (int64_t t = 0; t < 4; ++t) {
      Tensors here;
      for (const Tensor& p : at[static_cast<size_t>(t)]) here.push_back(p.detach().set_requires_grad(true));
      const Tensors steps = torch::autograd::grad({way.task.loss(t, here, from)}, here, {}, true, true);
      for (size_t i = 0; i < reached.size(); ++i) reached[i] = reached[i] - way.task.rate(t, from) * steps[i];
    }
    return trajectory_loss(reached, way.net.state.parameters, way.target);
  };
  expect_finite_differences(held, sources);
  EXPECT_LE(relative_difference(gradients_of_loss(way.surrogate(4), sources), gradients_of_loss(held, sources)), 1e-9);
}

// The form that the paper prints, for the pictures of one update.
TEST(Tesla, IsThePublishedExpansion) {
  const nn::ThreadCount threads(1);
  const Way way;
  const double alpha = 0.1;
  const Tensors sources = drawn_sources(kOnTheWay, alpha);
  const std::vector<Tensors> at = places(way, sources, 3);
  double scale = 0;
  Tensors bracket;
  for (size_t i = 0; i < way.target.size(); ++i) {
    const Tensor& start = way.net.state.parameters[i];
    scale += (start - way.target[i]).square().sum().item<double>();
    bracket.push_back((way.target[i] - start) * alpha + (start - at[3][i]) * alpha);  // α² Σ g = α (θ_0 − θ_N)
  }
  Tensor sum = at::zeros_like(sources[0]);
  for (int64_t t = 0; t < 3; ++t) {
    Tensors here;
    for (const Tensor& p : at[static_cast<size_t>(t)]) here.push_back(p.detach().set_requires_grad(true));
    const Tensors steps = torch::autograd::grad({way.task.loss(t, here, sources)}, here, {}, true, true);
    Tensor product = at::zeros({}, at::kDouble);
    for (size_t i = 0; i < steps.size(); ++i) product = product + (bracket[i] * steps[i]).sum();
    sum = sum + torch::autograd::grad({product}, {sources[0]})[0] * (2 / scale);
  }
  EXPECT_LE(relative_difference({gradients_of_loss(way.surrogate(3), sources)[0]}, {sum}), 1e-9);
}

TEST(Tesla, HasTheExactValue) {
  const nn::ThreadCount threads(1);
  const Way way;
  const Tensors sources = drawn_sources(kOnTheWay, 0.1);
  EXPECT_NEAR(way.surrogate(4)(sources).item<double>(), way.exact(4)(sources).item<double>(), 1e-12);
}

TEST(Tesla, IsExactForOneUpdateAndNoOther) {
  const nn::ThreadCount threads(1);
  const Way way;
  const auto apart = [&](int64_t updates, double rate) {
    const Tensors sources = drawn_sources(kOnTheWay, rate);
    return relative_difference(gradients_of_loss(way.surrogate(updates), sources), gradients_of_loss(way.exact(updates), sources));
  };
  EXPECT_LE(apart(1, 0.1), 1e-9);
  const double far = apart(8, 0.1);
  const double near = apart(8, 0.01);
  EXPECT_GT(far, 0.01);
  EXPECT_LT(near, far / 5);  // of first order in the rate, relative to the gradient
  RecordProperty("at rate 0.1", std::to_string(far));
  std::printf("difference of the surrogate, 8 updates: %.3f at rate 0.1, %.4f at 0.01\n", far, near);
}

TEST(Tesla, TakesSourcesThatAreMadeOfOthers) {
  const nn::ThreadCount threads(1);
  const Way way;
  const Tensors leaves = drawn_sources(kOnTheWay, 0.1);
  const auto through = [&](const LossOf& loss) {
    return gradients_of_loss([&](const Tensors& from) { return loss({from[0] * 2, from[1].softmax(1), from[2].exp() * 0.05}); }, leaves);
  };
  EXPECT_LE(relative_difference(through(way.surrogate(1)), through(way.exact(1))), 1e-9);
}

}  // namespace
}  // namespace decant::distill
