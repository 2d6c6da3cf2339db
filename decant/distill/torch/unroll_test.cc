// Unrolled training: its values, and its gradient against finite differences, in float64.
#include "decant/distill/torch/unroll.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/inner_training.h"
#include "decant/nn/device.h"
#include "decant/train/torch/optimizer.h"

namespace decant::distill {
namespace {

using Kind = InnerRule::Kind;

constexpr int64_t kPictures = 7;

struct Case {
  std::string name;
  InnerRule rule;
  double rate;
};

const std::vector<Case> kRules{{"plain", {Kind::sgd, 0}, 0.1}, {"momentum", {Kind::sgd, 0.9}, 0.05}, {"adam", {Kind::adam, 0.9}, 0.01}};

/// The loss of real pictures after training on the sources.
class Outer {
 public:
  explicit Outer(const UnrollOptions& options, int64_t batch = 4)
      : options_(options), task_(train_classifier(*net_.network, net_.state.buffers, shuffled_batches(kPictures, batch, 50, Random(3)))) {}

  Tensors trained(const Tensors& sources) const { return unroll(task_, net_.state.parameters, sources, options_); }

  Tensor operator()(const Tensors& sources) const {
    return training_loss(*net_.network, trained(sources), net_.state.buffers, real_, at::eye(3, at::kDouble).repeat({3, 1}));
  }

  const SmallNet& net() const { return net_; }
  const InnerTask& task() const { return task_; }

 private:
  SmallNet net_;
  Tensor real_ = drawn({9, 1, 8, 8}, "real");
  UnrollOptions options_;
  InnerTask task_;
};

// libtorch differentiates some layers by other operations when a second derivative may follow, so
// values in the graph and without one differ in their last digits.
bool same_to_rounding(const Tensor& a, const Tensor& b) {
  return a.allclose(b, 1e-12, 1e-14);
}

TEST(Unroll, IsTheOptimizersTraining) {
  const nn::ThreadCount threads(1);
  const Outer outer({.rule = {Kind::adam, 0.9}, .updates = 6});
  const Tensors sources = drawn_sources(kPictures, 0.01);
  const Tensors reached = outer.trained(sources);
  Tensors plain;
  for (const Tensor& p : outer.net().state.parameters) plain.push_back(p.clone().set_requires_grad(true));
  const auto adam = train::make_optimizer({"adamw", 0.9, 0}, plain, std::vector<bool>(plain.size(), false));
  for (int64_t t = 0; t < 6; ++t) adam->step(torch::autograd::grad({outer.task().loss(t, plain, sources)}, plain), 0.01);
  for (size_t i = 0; i < plain.size(); ++i) {
    // A bias in front of an instance norm has a gradient of rounding, which Adam takes for a step.
    if (outer.net().network->parameters()[i].name.find("features.0.bias") != std::string::npos) continue;
    if (outer.net().network->parameters()[i].name.find("features.4.bias") != std::string::npos) continue;
    EXPECT_TRUE(reached[i].allclose(plain[i], 1e-4, 1e-6)) << i;
  }
}

TEST(Unroll, RemembersTheMomentum) {
  const nn::ThreadCount threads(1);
  const Outer outer({.rule = {Kind::sgd, 0.9}, .updates = 3});
  const Tensors sources = drawn_sources(kPictures, 0.05);
  Tensors plain;
  Tensors velocity;
  for (const Tensor& p : outer.net().state.parameters) {
    plain.push_back(p);
    velocity.push_back(at::zeros_like(p));
  }
  for (int64_t t = 0; t < 3; ++t) {
    for (Tensor& p : plain) p = p.detach().set_requires_grad(true);
    const Tensors gradients = torch::autograd::grad({outer.task().loss(t, plain, sources)}, plain);
    for (size_t i = 0; i < plain.size(); ++i) {
      velocity[i] = velocity[i] * 0.9 + gradients[i];
      plain[i] = plain[i].detach() - velocity[i] * 0.05;
    }
  }
  const Tensors reached = outer.trained(sources);
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(reached[i].allclose(plain[i], 1e-12, 1e-14)) << i;
}

TEST(Unroll, HasTheGradientOfFiniteDifferences) {
  const nn::ThreadCount threads(1);
  for (const auto& [name, rule, rate] : kRules) {
    SCOPED_TRACE(name);
    expect_finite_differences(Outer({.rule = rule, .updates = 4}), drawn_sources(kPictures, rate));
  }
}

TEST(Unroll, GivesTheSameGradientWhenItRecomputes) {
  const nn::ThreadCount threads(1);
  for (const auto& [name, rule, rate] : kRules) {
    const Tensors sources = drawn_sources(kPictures, rate);
    const Outer whole({.rule = rule, .updates = 7});
    const Tensors expected = gradients_of_loss(whole, sources);
    for (const int64_t every : {1, 3, 7, 20}) {
      const Outer parts({.rule = rule, .updates = 7, .recompute_every = every});
      EXPECT_TRUE(same_to_rounding(parts(sources), whole(sources))) << name << " " << every;
      EXPECT_LE(relative_difference(gradients_of_loss(parts, sources), expected), 1e-9) << name << " " << every;
    }
  }
}

TEST(Unroll, TakesSourcesThatAreMadeOfOthers) {
  const nn::ThreadCount threads(1);
  const Tensors leaves = drawn_sources(kPictures, 0.1);
  const auto loss = [](const Outer& outer) {
    return [&outer](const Tensors& from) { return outer({from[0] * 0.5 + from[0].mean(), from[1].softmax(1), from[2].exp() * 0.1}); };
  };
  const Outer whole({.updates = 4});
  const Outer parts({.updates = 4, .recompute_every = 2});
  expect_finite_differences(loss(parts), leaves);
  EXPECT_LE(relative_difference(gradients_of_loss(loss(parts), leaves), gradients_of_loss(loss(whole), leaves)), 1e-9);
}

TEST(Unroll, ReachesBackAsFarAsTheWindow) {
  const nn::ThreadCount threads(1);
  for (const auto& [name, rule, rate] : kRules) {
    SCOPED_TRACE(name);
    const Tensors sources = drawn_sources(kPictures, rate);
    const Outer whole({.rule = rule, .updates = 6});
    const Outer window({.rule = rule, .updates = 6, .window = 2});
    const Outer parts({.rule = rule, .updates = 6, .window = 2, .recompute_every = 1});
    EXPECT_TRUE(same_to_rounding(window(sources), whole(sources)));
    EXPECT_TRUE(same_to_rounding(parts(sources), whole(sources)));
    const Tensors expected = gradients_of_loss(window, sources);
    EXPECT_LE(relative_difference(gradients_of_loss(parts, sources), expected), 1e-9);
    EXPECT_GT(relative_difference(gradients_of_loss(whole, sources), expected), 1e-2);
    const Outer wide({.rule = rule, .updates = 6, .window = 9});
    EXPECT_LE(relative_difference(gradients_of_loss(wide, sources), gradients_of_loss(whole, sources)), 1e-12);
  }
}

// The pictures of the last two updates alone, with the parameters before them held still.
TEST(Unroll, GivesTheWindowsGradient) {
  const nn::ThreadCount threads(1);
  const Tensors held = drawn_sources(kPictures, 0.1);
  const Outer window({.updates = 6, .window = 2});
  const Tensors before = train_without_graph(window.task(), window.net().state.parameters, held, {.updates = 4});
  const InnerTask& task = window.task();
  const InnerTask late{[&task](int64_t t, auto p, auto s) { return task.loss(t + 4, p, s); },
                       [&task](int64_t t, auto s) { return task.rate(t + 4, s); }};
  const auto from_there = [&](const Tensors& sources) {
    return training_loss(*window.net().network, unroll(late, before, sources, {.updates = 2}), window.net().state.buffers,
                         drawn({9, 1, 8, 8}, "real"), at::eye(3, at::kDouble).repeat({3, 1}));
  };
  expect_finite_differences(from_there, held);
  EXPECT_LE(relative_difference(gradients_of_loss(window, held), gradients_of_loss(from_there, held)), 1e-9);
}

TEST(Unroll, RunsEachUpdateAtMostTwice) {
  const nn::ThreadCount threads(1);
  int passes = 0;
  const Outer outer({});
  InnerTask counted = outer.task();
  counted.gradients = [&](int64_t t, auto p, auto s, bool in_graph) {
    ++passes;
    return outer.task().gradients(t, p, s, in_graph);
  };
  const Tensors sources = drawn_sources(kPictures, 0.1);
  const auto passes_of = [&](const UnrollOptions& options) {
    passes = 0;
    Tensor sum = at::zeros({}, at::kDouble);
    for (const Tensor& p : unroll(counted, outer.net().state.parameters, sources, options)) sum = sum + (p * p).sum();
    torch::autograd::grad({sum}, sources);
    return passes;
  };
  EXPECT_EQ(passes_of({.updates = 9}), 9);
  EXPECT_EQ(passes_of({.updates = 9, .recompute_every = 3}), 18);
  EXPECT_EQ(passes_of({.updates = 9, .window = 4, .recompute_every = 2}), 13);
}

// Dead units have no gradient; the rate's derivative of Adam must stay finite there.
TEST(Unroll, StaysFiniteWhereAWeightHasNoGradient) {
  const Tensor start = at::ones({2}, at::kDouble);
  const InnerTask task{[](int64_t, auto p, auto s) { return (p[0].select(0, 0) * s[0].select(0, 0)).sum(); },
                       [](int64_t, auto s) { return s[1].reshape({}); },
                       {}};
  const Tensors sources{at::ones({2}, at::kDouble).set_requires_grad(true), at::tensor({0.1}, at::kDouble).set_requires_grad(true)};
  const Tensors reached = unroll(task, {start}, sources, {.rule = {Kind::adam, 0.9}, .updates = 3});
  for (const Tensor& gradient : torch::autograd::grad({reached[0].sum()}, sources)) EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  EXPECT_EQ(reached[0][1].item<double>(), 1);
}

TEST(InnerTraining, DrawsEveryPictureOncePerRound) {
  const InnerBatches batches = shuffled_batches(7, 3, 6, Random(1));
  ASSERT_EQ(batches.numbers.size(), 6U);
  for (const size_t round : {0U, 3U}) {
    std::vector<int64_t> seen;
    for (size_t i = round; i < round + 3; ++i) {
      const int64_t* numbers = batches.numbers[i].data_ptr<int64_t>();
      seen.insert(seen.end(), numbers, numbers + batches.numbers[i].numel());
    }
    std::ranges::sort(seen);
    EXPECT_EQ(seen, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6}));
  }
  EXPECT_FALSE(batches.numbers[0].equal(batches.numbers[3]));
  EXPECT_TRUE(shuffled_batches(7, 7, 6, Random(1)).numbers.empty());
}

TEST(InnerTraining, LeavesRunningStatisticsAlone) {
  const nn::ThreadCount threads(1);
  const SmallNet net(1, "convnet+width=4+depth=2+norm=batch");
  Tensors before;
  for (const Tensor& buffer : net.state.buffers) before.push_back(buffer.clone());
  const InnerTask task = train_classifier(*net.network, net.state.buffers, {});
  const Tensors sources = drawn_sources(kPictures, 0.1);
  unroll(task, net.state.parameters, sources, {.updates = 2});
  ASSERT_FALSE(before.empty());
  for (size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(net.state.buffers[i].equal(before[i]));
}

}  // namespace
}  // namespace decant::distill
