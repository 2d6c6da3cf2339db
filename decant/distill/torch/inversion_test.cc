// Inversion: its formula, its gradient, what a teacher sees of it, and what it comes to.
#include "decant/distill/torch/inversion.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/distill/torch/gradient_checks_for_tests.h"
#include "decant/distill/torch/run.h"
#include "decant/train/train.h"

namespace decant::distill {
namespace {

/// Fresh weights and running statistics that no batch has.
FrozenTeacher drawn_teacher(const std::string& net, ImageSize size, at::ScalarType type) {
  FrozenTeacher teacher{.network = nn::make_network({net, size, 3})};
  teacher.state = nn::initial_state(*teacher.network, Random(2));
  for (Tensors* tensors : {&teacher.state.parameters, &teacher.state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(type);
  }
  for (size_t i = 0; i < teacher.state.buffers.size(); ++i)
    teacher.state.buffers[i] = teacher.state.buffers[i] + drawn(teacher.state.buffers[i].sizes(), "running", i).square().to(type) * 0.3;
  teacher.scale = at::ones({1, size.channels, 1, 1}, type) * 1.1;
  teacher.shift = at::ones({1, size.channels, 1, 1}, type) * 0.2;
  return teacher;
}

Samples drawn_samples(ImageSize size, int64_t side) {
  return {drawn({3, size.channels, side, side}, "pictures").set_requires_grad(true), one_hot_targets(3, 1).to(at::kDouble), {}};
}

TEST(Inversion, IsCrossEntropyAndNormsOfWhatIsOff) {
  const SmallWorld world(3);
  const FrozenTeacher teacher = drawn_teacher("quick", {8, 8, 3}, at::kDouble);
  const Samples samples = drawn_samples({8, 8, 3}, 8);
  const Fetched fetched{.teacher = &teacher};
  const double loss = invert({.weight = 0.25, .first = 10})->loss(world.step(), fetched, {.synthetic = samples}).item<double>();
  // The same, with every batch norm's input found by running the layers one after another.
  const Tensor mirrored = viewed(samples.pictures, {}, world.step(), teacher);
  Tensors buffers = teacher.state.buffers;
  nn::NormMoments seen;
  const Tensor logits = teacher.network->forward({.parameters = teacher.state.parameters, .buffers = buffers, .moments = &seen},
                                                 mirrored * teacher.scale + teacher.shift);
  double expected = at::cross_entropy_loss(logits, samples.targets).item<double>();
  ASSERT_EQ(seen.layers.size(), 4U);
  for (size_t l = 0; l < seen.layers.size(); ++l) {
    double of_means = 0;
    double of_variances = 0;
    for (int64_t c = 0; c < seen.layers[l].mean.size(0); ++c) {
      of_means += std::pow((seen.layers[l].mean[c] - teacher.state.buffers[2 * l][c]).item<double>(), 2);
      of_variances += std::pow((seen.layers[l].variance[c] - teacher.state.buffers[2 * l + 1][c]).item<double>(), 2);
    }
    expected += 0.25 * (l == 0 ? 10 : 1) * (std::sqrt(of_means) + std::sqrt(of_variances));
  }
  EXPECT_NEAR(loss, expected, 1e-9 * expected);
}

/// The net, and the side of the pictures against the teacher's 16.
class InversionGradients : public testing::TestWithParam<std::tuple<std::string, int, bool>> {};

TEST_P(InversionGradients, AreThoseOfFiniteDifferences) {
  const auto& [net, side, crops] = GetParam();
  const SmallWorld world(3);
  const FrozenTeacher teacher = drawn_teacher(net, {16, 16, 3}, at::kDouble);
  const Samples samples = drawn_samples({16, 16, 3}, side);
  const Fetched fetched{.teacher = &teacher};
  const auto objective = invert({.weight = 0.1, .views = {.crops = crops, .roll = crops ? 2 : 0}});
  expect_slopes([&] { return objective->loss(world.step(3), fetched, {.synthetic = samples}); }, {samples.pictures});
}

INSTANTIATE_TEST_SUITE_P(All, InversionGradients,
                         testing::Values(std::tuple("quick", 16, false), std::tuple("quick", 16, true), std::tuple("resnet20", 16, false),
                                         std::tuple("resnet20", 14, true), std::tuple("resnet18", 16, true),
                                         std::tuple("convnet+width=4+depth=2+norm=batch", 14, false)));

TEST(Views, AreOneDrawForABatch) {
  const SmallWorld world(3);
  const FrozenTeacher teacher = drawn_teacher("quick", {8, 8, 3}, at::kDouble);
  const Tensor one = drawn({1, 3, 8, 8}, "picture");
  const Tensor twice = one.expand({2, 3, 8, 8});
  bool mirrored = false;
  bool cropped = false;
  for (int64_t number = 0; number < 8; ++number) {
    const Tensor whole = viewed(twice, {}, world.step(number), teacher);
    EXPECT_TRUE(at::equal(whole[0], whole[1]));
    EXPECT_TRUE(at::equal(whole[0], one[0]) || at::equal(whole[0], one[0].flip({2})));
    mirrored = mirrored || at::equal(whole[0], one[0].flip({2}));
    EXPECT_TRUE(at::equal(viewed(one, {.mirror = false}, world.step(number), teacher), one));
    cropped = cropped || !at::equal(viewed(one, {.crops = true, .mirror = false}, world.step(number), teacher), one);
  }
  EXPECT_TRUE(mirrored);
  EXPECT_TRUE(cropped);
}

TEST(Views, OfCdaShrinkByACosine) {
  const Views views{.crops = true, .falls = 0.5};
  EXPECT_DOUBLE_EQ(least_share(views, 0, 100), 1);
  EXPECT_NEAR(least_share(views, 25, 100), 0.54, 1e-12);
  EXPECT_NEAR(least_share(views, 50, 100), 0.08, 1e-12);
  EXPECT_NEAR(least_share(views, 99, 100), 0.08, 1e-12);
  EXPECT_DOUBLE_EQ(least_share({.crops = true}, 0, 100), 0.08);
}

/// What batch norms see comes nearer to what they keep, and what is made teaches the classes.
TEST(Inversion, ComesNearToWhatTheTeacherKnowsAndTeachesIt) {
  const MemoryRows rows = lined_rows(90);
  const Subset all = Subset::all(90);
  const DistillOptions options{.method = "sre2l+together=2",
                               .per_class = 4,
                               .net = "convnet+width=4+depth=2",
                               .steps = 240,
                               .seed = 3,
                               .teacher = {.net = "quick", .epochs = 60}};
  const Distilled made =
      distill({.options = options, .rows = &rows, .subset = all, .classes = 3, .cache = fresh_folder("cache")}, {.threads = 1});
  ASSERT_EQ(made.losses.size(), 240U);
  for (const size_t turn : {0, 120}) EXPECT_LT(made.losses[turn + 119], 0.5F * made.losses[turn]);
  EXPECT_GE(made.synthetic.least, -1e-5);
  EXPECT_LE(made.synthetic.most, 1 + 1e-5);
  std::vector<Image> pictures(12);
  std::vector<int32_t> labels;
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({8, 8, 1});
    for (size_t v = 0; v < 64; ++v)
      pictures[i].pixels[v] = static_cast<uint8_t>(std::lround(255 * std::clamp(made.set.pixels[i * 64 + v], 0.0F, 1.0F)));
    labels.push_back(static_cast<int32_t>(i / 4));
  }
  const MemoryRows set(std::move(pictures), std::move(labels));
  const Subset of_set = Subset::all(12);
  train::TrainOptions training{.net = "mlp", .steps = 200, .cap_batch = true, .learning_rate = 0.02, .crop = 0, .flip = false};
  training.normalise = made.training.at("normalise");
  const train::TrainResult taught =
      train::train({.options = training, .rows = &set, .subset = of_set, .classes = 3, .test = &rows}, {.threads = 1});
  EXPECT_GT(taught.value, 0.6) << "chance is a third";
}

}  // namespace
}  // namespace decant::distill
