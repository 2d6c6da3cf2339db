// Teachers as the loop sees them: what they are given, whose turn it is, and what is refused.
#include "decant/distill/torch/teachers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/test_support.h"
#include "decant/distill/torch/decoded_rows.h"
#include "decant/distill/torch/distill_for_tests.h"
#include "decant/nn/state_values.h"
#include "decant/nn/weights.h"

namespace decant::distill {
namespace {

train::Teacher fresh_teacher(const std::string& net = "quick", ImageSize size = {8, 8, 1}) {
  const auto network = nn::make_network({net, size, 3});
  return {.net = net, .size = size, .classes = 3, .weights = nn::values_of(nn::initial_state(*network, Random(4)))};
}

TEST(DecodedRows, AreTheRealOnes) {
  const SmallWorld world(3);
  const DecodedRows rows(world.real);
  ASSERT_EQ(rows.size(), 30);
  EXPECT_EQ(rows.fixed_size(), (ImageSize{8, 8, 3}));
  Image decoded;
  Image original;
  std::vector<std::byte> scratch;
  for (const int64_t row : {0, 7, 29}) {
    rows.decode(row, decoded);
    world.rows.decode(row, original);
    EXPECT_EQ(decoded.pixels, original.pixels);
    EXPECT_EQ(rows.label(row), world.rows.label(row));
    EXPECT_EQ(rows.bytes(row, scratch).size(), 192U);
  }
}

TEST(FrozenTeacher, SeesPicturesAsItWasTaught) {
  const SmallWorld world(3);
  train::Teacher teacher = fresh_teacher("quick", {8, 8, 3});
  const FrozenTeacher alike = frozen(teacher, world.real.statistics(), at::kCPU);
  teacher.normalise = "0.5,0.4,0.3/0.25,0.5,0.125";
  const FrozenTeacher other = frozen(teacher, world.real.statistics(), at::kCPU);
  const std::vector<int64_t> numbers{0, 1, 2};
  const Tensor pictures = world.real.batch(numbers).pictures;
  EXPECT_TRUE(at::equal(pictures * alike.scale + alike.shift, pictures));
  const Tensor pixels = world.real.in_pixels(pictures);  // 0…1, channels last
  const Tensor seen = (pictures * other.scale + other.shift).permute({0, 2, 3, 1});
  const std::vector<double> mean{0.5, 0.4, 0.3};
  const std::vector<double> deviation{0.25, 0.5, 0.125};
  for (int64_t c = 0; c < 3; ++c) {
    const auto at = static_cast<size_t>(c);
    EXPECT_TRUE(at::allclose(seen.select(3, c), (pixels.select(3, c) - mean[at]) / deviation[at], 1e-4, 1e-5)) << "channel " << c;
  }
}

TEST(FrozenTeacher, WithOtherWeightsIsRefused) {
  const SmallWorld world;
  train::Teacher teacher = fresh_teacher();
  teacher.weights.pop_back();
  expect_says(message_of([&] { frozen(teacher, world.real.statistics(), at::kCPU); }),
              {"the teacher (quick)", "weights, but network 'quick'"});
  teacher.weights.push_back(std::numeric_limits<float>::quiet_NaN());
  expect_says(message_of([&] { frozen(teacher, world.real.statistics(), at::kCPU); }), {"not a finite number"});
}

TEST(FrozenTeachers, TakeTurns) {
  const SmallWorld world;
  auto teachers = std::make_shared<Teachers>();
  for (const char* net : {"quick", "resnet20", "convnet3"}) {
    teachers->push_back(frozen(fresh_teacher(net), world.real.statistics(), at::kCPU));
  }
  const auto source = frozen_teachers(teachers);
  for (int64_t step = 0; step < 7; ++step) EXPECT_EQ(source->fetch(world.step(step)).teacher, &(*teachers)[static_cast<size_t>(step % 3)]);
  EXPECT_TRUE(source->memory().empty());
}

TEST(Teachers, WithoutBatchNormsAreRefusedBeforeTheyAreTrained) {
  const SmallWorld world;
  const auto made = [&](const std::string& net) {
    make_teachers({.net = net, .epochs = 1}, world.real, 1, fresh_folder("cache"), /*normed=*/true, "sre2l", world.context);
  };
  expect_says(message_of([&] { made("quick,mlp"); }), {"teacher", "'mlp' has no batch norms", "sre2l", "--teacher quick"});
}

TEST(Teachers, AreTrainedOnTheRowsOrGiven) {
  const SmallWorld world;
  const std::filesystem::path cache = fresh_folder("cache");
  const train::TeacherOptions options{.net = "quick,quick", .epochs = 40};
  const Teachers both = make_teachers(options, world.real, 1, cache, true, "sre2l", world.context);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_NE(both[0].digest, both[1].digest) << "two of a net are of two seeds";
  EXPECT_EQ(make_teachers(options, world.real, 1, cache, true, "sre2l", world.context)[1].digest, both[1].digest);
  const std::vector<int64_t> numbers{0, 1, 2, 3, 4, 5};
  const RealBatch batch = world.real.batch(numbers);
  EXPECT_TRUE(at::equal(both[0].logits(batch.pictures).argmax(1), batch.labels));
  const std::filesystem::path file = fresh_path("given.safetensors");
  nn::save_weights(*both[0].network, both[0].state, file);
  const Teachers given =
      make_teachers({.net = "quick", .weights = file.string()}, world.real, 9, fresh_folder("other"), true, "sre2l", world.context);
  EXPECT_TRUE(at::equal(given[0].logits(batch.pictures), both[0].logits(batch.pictures)));
}

}  // namespace
}  // namespace decant::distill
