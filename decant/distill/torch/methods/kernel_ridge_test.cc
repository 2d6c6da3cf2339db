// Methods of kernel ridge regression on a toy set: gradients, going on from a checkpoint, and that
// they learn.
#include "decant/distill/torch/methods/kernel_ridge.h"

#include <gtest/gtest.h>
#include <optional>

#include "decant/base/errors.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/loop.h"
#include "decant/distill/torch/run.h"

namespace decant::distill {
namespace {

constexpr int kToyClasses = 3;
constexpr int kToySide = 6;

/// Class c is bright in columns 2c and 2c + 1, a little and under much noise.
MemoryRows toy_rows(int64_t count, std::string_view name) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  std::vector<int32_t> labels(pictures.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    Random random(1, name, i);
    labels[i] = static_cast<int32_t>(i % kToyClasses);
    pictures[i].resize({kToySide, kToySide, 1});
    for (size_t p = 0; p < pictures[i].pixels.size(); ++p) {
      const bool bright = p % kToySide / 2 == static_cast<size_t>(labels[i]);
      pictures[i].pixels[p] = static_cast<uint8_t>((bright ? 55 : 0) + random.below(200));
    }
  }
  return {std::move(pictures), std::move(labels)};
}

/// A method on the toy set, before its first step.
class ToyDistillation {
 public:
  explicit ToyDistillation(const std::string& method, const std::string& labels = "soft", int real_batch = 20)
      : options_{.method = method,
                 .per_class = 2,
                 .net = "mlp",
                 .steps = 6,
                 .init = "random",
                 .labels = labels,
                 .augment = "none",
                 .real_batch = real_batch},
        rows_(toy_rows(60, "rows")),
        real_(rows_, Subset::all(60), kToyClasses, 0, nullptr, at::kCPU, context_),
        network_(nn::make_network({options_.net, real_.picture_size(), kToyClasses})) {
    nn::SpecText own(method, "method");
    parts_ = method_named(method).make({options_, *network_, real_, {}, context_}, own);
    own.require_all_asked();
  }

  const Parts& parts() const { return parts_; }
  Step step(int64_t number = 0) const { return {number, options_.steps, options_.seed, *network_, real_, context_}; }
  Loop loop() const {
    return {parts_,
            {.steps = options_.steps, .rate = 0.05, .optimizer = "adamw", .momentum = 0.9, .schedule = "cosine"},
            *network_,
            real_,
            context_};
  }

  /// The objective at other pictures and labels, all in float64.
  Tensor objective(const Tensor& pictures, const Tensor& targets) const {
    Fetched fetched;
    if (parts_.networks) fetched = parts_.networks->fetch(step());
    for (nn::State& state : fetched.networks) {
      for (Tensors* tensors : {&state.parameters, &state.buffers}) {
        for (Tensor& tensor : *tensors) tensor = tensor.to(at::kDouble);
      }
    }
    Sides sides{parts_.synthetic->all(), parts_.real->of_all(step().random("real"))};
    sides.synthetic.pictures = pictures;
    sides.synthetic.targets = targets;
    sides.real.pictures = sides.real.pictures.to(at::kDouble);
    return parts_.objective->loss(step(), fetched, sides);
  }

 private:
  Context context_;
  DistillOptions options_;
  MemoryRows rows_;
  RealRows real_;
  std::unique_ptr<const nn::Classifier> network_;
  Parts parts_;
};

TEST(KernelRidgeMethods, HaveTheGradientsOfFiniteDifferences) {
  for (const char* method : {"kip", "kip+depth=2+kernel=nngp", "rfad", "rfad+loss=platt+networks=3", "frepo+pool=2"}) {
    ToyDistillation toy(method);
    const Samples first = toy.parts().synthetic->all();
    const Tensor pictures = first.pictures.detach().to(at::kDouble) + 0.1 * drawn({6, 1, kToySide, kToySide}, "moved");
    const Tensor targets = first.targets.detach().to(at::kDouble) + 0.01 * drawn({6, kToyClasses}, "moved");
    EXPECT_LT(gradient_fault([&](const Tensor& x) { return toy.objective(x, targets); }, pictures), 1e-6) << method;
    EXPECT_LT(gradient_fault([&](const Tensor& y) { return toy.objective(pictures, y); }, targets), 1e-6) << method;
  }
}

TEST(KernelRidgeMethods, GoOnFromACheckpointToTheSameBytes) {
  for (const char* method : {"kip", "rfad+loss=platt", "frepo+pool=2+life=2"}) {
    ToyDistillation straight(method);
    ToyDistillation broken(method);
    ToyDistillation resumed(method);
    Loop whole = straight.loop();
    for (int i = 0; i < 6; ++i) whole.step();
    Loop first = broken.loop();
    for (int i = 0; i < 3; ++i) first.step();
    Checkpoint checkpoint;
    first.save(checkpoint);
    Loop second = resumed.loop();
    second.restore(checkpoint);
    for (int i = 0; i < 3; ++i) second.step();
    const std::vector<Learnt> a = straight.parts().synthetic->learnt();
    const std::vector<Learnt> b = resumed.parts().synthetic->learnt();
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].value.equal(b[i].value)) << method << " " << a[i].name;
  }
}

TEST(KernelRidgeMethods, KeepFixedLabelsCentred) {
  ToyDistillation toy("kip", "hard");
  EXPECT_EQ(toy.parts().synthetic->learnt().size(), 1U);
  const Tensor expected = centred_one_hot(toy.parts().synthetic->all().classes, kToyClasses).to(at::kFloat);
  EXPECT_TRUE(toy.parts().synthetic->all().targets.allclose(expected));
}

Distilled toy_distilled(const DistillOptions& options) {
  const MemoryRows rows = toy_rows(300, "rows");
  const MemoryRows test = toy_rows(300, "test");
  const Subset all = Subset::all(rows.size());
  return distill({.options = options, .rows = &rows, .subset = all, .classes = kToyClasses, .test = &test}, {.threads = 1});
}

double toy_accuracy(const DistillOptions& options) {
  return toy_distilled(options).measures.at("krr");
}

// One noisy picture for each class predicts two thirds of the rows at most; a good one nearly all.
TEST(KernelRidgeMethods, LearnToPredict) {
  const double before = toy_accuracy({.method = "kip", .net = "mlp", .steps = 1, .real_batch = 100, .rate = 1e-9});
  EXPECT_LT(before, 0.85);
  EXPECT_GT(toy_accuracy({.method = "kip", .net = "mlp", .steps = 60, .real_batch = 100}), before + 0.1);
  EXPECT_GT(toy_accuracy({.method = "kip", .net = "mlp", .steps = 60, .labels = "hard", .real_batch = 100}), before + 0.1);
  EXPECT_GT(toy_accuracy({.method = "rfad", .net = "mlp", .steps = 60, .real_batch = 100, .rate = 0.1}), before + 0.1);
  EXPECT_GT(toy_accuracy({.method = "frepo", .net = "mlp", .steps = 60, .real_batch = 100, .rate = 0.1}), before + 0.1);
}

TEST(KernelRidgeMethods, SayHowTheSetIsTrained) {
  const Distilled set = toy_distilled({.method = "frepo", .net = "mlp", .steps = 2});
  EXPECT_EQ(set.training.at("loss"), "mse");
  EXPECT_EQ(set.training.at("soft-labels"), "true");
  EXPECT_EQ(set.set.labels.size(), static_cast<size_t>(kToyClasses * kToyClasses));
}

// No other labels predict the real rows better.
TEST(LabelSolve, FindsTheBestLabels) {
  const ToyDistillation toy("label-solve");
  const ToyDistillation judge("kip", "soft", 60);
  const Synthetic& synthetic = *toy.parts().synthetic;
  const Tensor pictures = synthetic.all().pictures.detach().to(at::kDouble);
  const auto error = [&](const Tensor& labels) { return judge.objective(pictures, labels).item<double>(); };
  const double before = error(synthetic.all().targets.detach().to(at::kDouble));
  EXPECT_TRUE(toy.parts().objective->solve(toy.step(), synthetic));
  const Tensor solved = synthetic.all().targets.detach().to(at::kDouble);
  const double least = error(solved);
  EXPECT_LT(least, 0.9 * before);
  for (uint64_t i = 0; i < 5; ++i) EXPECT_GT(error(solved + 0.01 * drawn(solved.sizes(), "other labels", i)), least);
}

TEST(LabelSolve, LeavesThePicturesAsTheyAre) {
  const Distilled solved = toy_distilled({.method = "label-solve", .net = "mlp"});
  EXPECT_EQ(solved.steps, 0);
  EXPECT_EQ(solved.set.pixels, solved.stages.front().pixels);
  EXPECT_GT(solved.measures.at("krr"), 0.6);
}

TEST(LabelSolve, RefusesHardLabels) {
  EXPECT_THROW(toy_distilled({.method = "label-solve", .net = "mlp", .labels = "hard"}), InputError);
}

}  // namespace
}  // namespace decant::distill
