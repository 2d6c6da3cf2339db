// Every method that unrolls training: its gradient with respect to all that it learns (pictures or
// bases and addresses, labels, the rate) in float64, and what its parts do.
#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/bases.h"
#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/loop.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/trajectories.h"
#include "decant/distill/torch/trajectory.h"
#include "decant/nn/device.h"

namespace decant::distill {
namespace {

using ::testing::HasSubstr;

/// Grey pictures of 8×8, each class with a bright band of its own, `each` of three classes.
MemoryRows banded_rows(int each) {
  std::vector<Image> pictures;
  std::vector<int32_t> labels;
  Random random(5, "banded");
  for (int i = 0; i < 3 * each; ++i) {
    Image image;
    image.size = {8, 8, 1};
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) image.pixels.push_back(static_cast<uint8_t>(random.below(120) + (y / 3 == i % 3 ? 120 : 0)));
    }
    pictures.push_back(std::move(image));
    labels.push_back(i % 3);
  }
  return {std::move(pictures), std::move(labels)};
}

/// A method at work on a small set, all of it in float64.
class Trial {
 public:
  explicit Trial(const std::string& method, const std::string& labels = "soft", const std::string& cache = "cache")
      : rows_(banded_rows(12)),
        subset_(Subset::all(rows_.size())),
        real_(rows_, subset_, 3, 0, nullptr, c10::Device(c10::kCPU), context_),
        cache_(fresh_folder(cache)) {
    options_.method = method;
    options_.per_class = 2;
    options_.labels = labels;
    options_.init = "random";
    options_.augment = "none";
    options_.real_batch = 9;
    nn::SpecText own(method, "method");
    parts_ = method_named(method).make({options_, *network_, real_, cache_, context_}, own);
    own.require_all_asked();
  }

  Tensors leaves_in_float64() {
    Tensors leaves;
    for (const Learnt& one : parts_.synthetic->learnt()) {
      Tensor leaf = one.value;
      leaf.set_data(leaf.detach().to(at::kDouble));
      leaves.push_back(leaf);
    }
    return leaves;
  }

  Fetched fetched_in_float64() {
    Fetched fetched = parts_.networks->fetch(step_);
    for (Tensors* tensors : {&fetched.networks.front().parameters, &fetched.networks.front().buffers, &fetched.target}) {
      for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
    }
    return fetched;
  }

  Tensor loss(const Fetched& fetched) const { return parts_.objective->loss(step_, fetched, {parts_.synthetic->all(), {}}); }

  const Parts& parts() const { return parts_; }
  const Step& step() const { return step_; }
  const RealRows& real() const { return real_; }
  const nn::Classifier& network() const { return *network_; }
  const Context& context() const { return context_; }

 private:
  Context context_{.threads = 1};
  MemoryRows rows_;
  Subset subset_;
  std::unique_ptr<const nn::Classifier> network_ = nn::make_network({"convnet+width=4+depth=2", {8, 8, 1}, 3});
  RealRows real_;
  std::filesystem::path cache_;
  DistillOptions options_;
  Parts parts_;
  Step step_{3, 10, 7, *network_, real_, context_};
};

const char* const kExperts = "+experts=2+checkpoints=3+every=2";

TEST(UnrolledMethods, HaveTheGradientOfFiniteDifferences) {
  const nn::ThreadCount threads(1);
  const std::string experts = kExperts;
  for (const std::string& method :
       {std::string("dd+updates=3"), std::string("dd+updates=3+fixed=1+recompute=0"), std::string("bptt+updates=4+batch=4"),
        std::string("rat-bptt+updates=3+window=3"), std::string("remember+updates=3+pictures=5"), "mtt+updates=3+batch=4" + experts,
        "ftd+updates=3" + experts, "tesla+updates=1" + experts, std::string("ld+updates=3"), std::string("ld+updates=3+last=1")}) {
    SCOPED_TRACE(method);
    Trial trial(method);
    const Tensors leaves = trial.leaves_in_float64();
    const Fetched fetched = trial.fetched_in_float64();
    expect_slopes([&] { return trial.loss(fetched); }, leaves);
  }
}

TEST(UnrolledMethods, LearnWhatTheySay) {
  const auto learnt = [](const std::string& method, const std::string& labels) {
    std::vector<std::string> names;
    const Trial trial(method, labels);
    for (const Learnt& one : trial.parts().synthetic->learnt()) names.push_back(one.name);
    return names;
  };
  EXPECT_EQ(learnt("bptt", "hard"), (std::vector<std::string>{"pictures", "log rate"}));
  EXPECT_EQ(learnt("bptt", "soft"), (std::vector<std::string>{"pictures", "labels", "log rate"}));
  EXPECT_EQ(learnt("remember", "hard"), (std::vector<std::string>{"bases", "addresses", "log rate"}));
  EXPECT_EQ(learnt("ld", "soft"), (std::vector<std::string>{"labels", "log rate"}));
  EXPECT_THAT(message_of([&] { learnt("ld", "hard"); }), HasSubstr("leaves ld nothing to learn"));
}

// make_optimizer() takes any other name for plain descent.
TEST(Methods, NameAnOptimizerThatExists) {
  for (const MethodFacts& facts : method_facts()) {
    DistillOptions options;
    options.method = facts.name;
    EXPECT_THAT(method_named(facts.name).usual(options).optimizer, ::testing::AnyOf("momentum", "adamw")) << facts.name;
  }
}

TEST(UnrolledMethods, AreStepsOfTheLoop) {
  const nn::ThreadCount threads(1);
  const std::string experts = kExperts;
  for (const std::string& method : {std::string("dd"), std::string("bptt"), std::string("rat-bptt+updates=6+window=2"),
                                    std::string("remember"), "mtt" + experts, "tesla" + experts, "ftd" + experts, std::string("ld")}) {
    const auto two_steps = [&] {
      const Trial trial(method);
      const Usual usual = method_named(method).usual({});
      Loop loop(trial.parts(), {.steps = 2, .rate = 0.02, .optimizer = usual.optimizer, .momentum = usual.momentum, .schedule = "constant"},
                trial.network(), trial.real(), trial.context());
      EXPECT_TRUE(std::isfinite(loop.step())) << method;
      EXPECT_TRUE(std::isfinite(loop.step())) << method;
      Tensors values;
      for (const Learnt& one : trial.parts().synthetic->learnt()) {
        values.push_back(one.value.detach().clone());
        if (one.name != "labels") continue;
        EXPECT_GE(values.back().min().item<float>(), 0) << method;
        EXPECT_LT((values.back().sum(1) - 1).abs().max().item<float>(), 1e-5) << method << ": a training asks for distributions";
      }
      return values;
    };
    const Trial untouched(method);
    const Tensors once = two_steps();
    const Tensors again = two_steps();
    for (size_t i = 0; i < once.size(); ++i) {
      EXPECT_TRUE(once[i].equal(again[i])) << method << " " << i;
      EXPECT_FALSE(once[i].equal(untouched.parts().synthetic->learnt()[i].value)) << method << " " << i;
    }
  }
}

TEST(UnrolledMethods, LearnFromTheWindowAlone) {
  const nn::ThreadCount threads(1);
  Trial whole("rat-bptt+updates=4+window=4");
  Trial window("rat-bptt+updates=4+window=1");
  const auto gradients = [](Trial& trial) {
    const Tensors leaves = trial.leaves_in_float64();
    return torch::autograd::grad({trial.loss(trial.fetched_in_float64())}, leaves);
  };
  EXPECT_GT(relative_difference(gradients(window), gradients(whole)), 1e-3);
}

TEST(FixedNetwork, IsTheSameForEveryStep) {
  const Trial trial("dd+fixed=1");
  const auto source = fixed_network();
  const Tensor first = source->fetch(trial.step()).networks.front().parameters.front().clone();
  const Step later{8, 10, 7, trial.network(), trial.real(), trial.context()};
  EXPECT_TRUE(source->fetch(later).networks.front().parameters.front().equal(first));
  EXPECT_TRUE(fixed_network()->fetch(later).networks.front().parameters.front().equal(first));
}

TEST(LossInParts, IsTheLossOfTheWhole) {
  const nn::ThreadCount threads(1);
  const SmallNet net;
  Tensors parameters;
  for (const Tensor& p : net.state.parameters) parameters.push_back(p.clone().set_requires_grad(true));
  const RealBatch real{drawn({7, 1, 8, 8}, "real"), at::tensor({0, 1, 2, 0, 1, 2, 2}, at::kLong)};
  const Tensor whole = loss_in_parts(*net.network, parameters, net.state.buffers, real, 100);
  const Tensor parts = loss_in_parts(*net.network, parameters, net.state.buffers, real, 3);
  EXPECT_NEAR(whole.item<double>(), parts.item<double>(), 1e-12);
  const Tensors expected = torch::autograd::grad({whole}, parameters);
  const Tensors found = torch::autograd::grad({parts}, parameters);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(found[i].allclose(expected[i], 1e-9, 1e-12)) << i;
}

TEST(AddressedBases, StartNearTheirBases) {
  const Tensor first = drawn({6, 1, 4, 4}, "bases").to(at::kFloat);
  const auto bases = make_addressed_bases(first, 3, 5, {}, Random(1));
  EXPECT_EQ(bases->per_class(), 5);
  const Tensor pictures = bases->pictures(1, 2);
  ASSERT_EQ(pictures.size(0), 10);
  for (const auto& [picture, base] : {std::pair{0, 2}, {1, 3}, {2, 2}, {4, 2}, {5, 4}, {6, 5}}) {
    const double apart = (pictures[picture] - first[base]).square().mean().sqrt().item<double>();
    EXPECT_GT(apart, 0.01) << picture;
    EXPECT_LT(apart, 0.25) << picture;
  }
}

TEST(AddressedBases, StayInTheRange) {
  const Tensor first = drawn({3, 1, 4, 4}, "bases").to(at::kFloat) * 10;
  const PixelRange range{at::full({1, 1, 1, 1}, -1.0F), at::full({1, 1, 1, 1}, 2.0F)};
  const auto bases = make_addressed_bases(first, 3, 1, range, Random(1));
  const Tensor pictures = bases->pictures(0, 3);
  EXPECT_EQ(pictures.min().item<float>(), -1);
  EXPECT_EQ(pictures.max().item<float>(), 2);
  const c10::NoGradGuard values_only;
  bases->project(range);
  EXPECT_EQ(bases->learnt()[0].value.max().item<float>(), 2);
}

}  // namespace
}  // namespace decant::distill
