#include "decant/train/torch/autoencoding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <gmock/gmock.h>
#include <set>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/nn/device.h"
#include "decant/train/torch/resume.h"
#include "decant/train/torch/steps.h"

namespace decant::train {
namespace {

using ::testing::ElementsAre;

const char* const kSmallNet = "mae+width=32+depth=2+decoder-width=16+decoder-depth=1+patch=4+drop=25+smooth=0";

/// Smooth waves of random directions, so that what is hidden follows from what is seen.
MemoryRows unlabelled_waves(int count, int side = 16) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({side, side, 3});
    Random random(3, "wave", i);
    const double across = random.uniform() - 0.5;
    const double down = random.uniform() - 0.5;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < 3 * side; ++x)
        pictures[i].row(y)[x] = static_cast<uint8_t>(127.5 + 90 * std::sin(across * std::floor(x / 3.0) + down * y + x % 3));
    }
  }
  return {std::move(pictures), std::vector<int32_t>(static_cast<size_t>(count), kNoLabel)};
}

TrainOptions small_training() {
  return {
      .net = kSmallNet, .steps = 6, .batch = 4, .optimizer = "adamw", .learning_rate = 0.003, .weight_decay = 0, .crop = 0, .flip = false};
}

/// A task of unlabelled pictures in memory, on one thread.
struct Subject {
  explicit Subject(const TrainOptions& options = small_training())
      : job{.options = options, .rows = &rows, .subset = subset, .classes = 0, .test = &rows}, task(job, Context{}) {}

  Training fresh() const { return Training(task, nn::initial_state(task.module(), Random(1)), job.options); }
  void steps(Training& training, int64_t from, int64_t to) const {
    LossLog log(1, from);
    run_steps(training, *task.batches(4 * from, 4 * (to - from), Context{}), schedule_of(job.options, 6), to - from, log,
              [](const Batch&) {});
  }

  const nn::ThreadCount threads{1};
  const MemoryRows rows = unlabelled_waves(8);
  const std::vector<int64_t> subset = all_rows_of(rows);
  const TrainJob job;
  const Autoencoding task;
};

std::vector<int64_t> values_of(const at::Tensor& tensor) {
  const at::Tensor whole = tensor.contiguous();
  return {whole.data_ptr<int64_t>(), whole.data_ptr<int64_t>() + whole.numel()};
}

TEST(DrawSeen, HidesTheShareAndAlwaysSomethingAndNeverAll) {
  EXPECT_EQ(draw_seen(64, 0.25, Random(1)).size(), 48U);
  EXPECT_EQ(draw_seen(10, 0.25, Random(1)).size(), 7U) << "2.5 of ten are 3";
  EXPECT_EQ(draw_seen(10, 0.01, Random(1)).size(), 9U);
  EXPECT_EQ(draw_seen(4, 0.99, Random(1)).size(), 1U);
  EXPECT_EQ(draw_seen(1, 0.5, Random(1)).size(), 0U);
  std::set<int64_t> ever;
  for (uint64_t i = 0; i < 50; ++i) {
    const std::vector<int64_t> seen = draw_seen(8, 0.5, Random(1, "x", i));
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    ever.insert(seen.begin(), seen.end());
  }
  EXPECT_THAT(ever, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Autoencoding, WhatIsHiddenFollowsFromSeedAndSampleAlone) {
  const Subject subject;
  const auto whole = subject.task.batches(0, 20, Context{});
  const auto later = subject.task.batches(10, 10, Context{});
  std::vector<std::vector<int64_t>> all;
  for (const Batch* batch = whole->next(); batch != nullptr; batch = whole->next()) {
    EXPECT_EQ(batch->inputs.size(0), batch->count);
    EXPECT_EQ(batch->targets.sizes(), (std::vector<int64_t>{batch->count, 12}));
    for (int64_t i = 0; i < batch->count; ++i) all.push_back(values_of(batch->targets[i]));
  }
  ASSERT_EQ(all.size(), 20U);
  EXPECT_NE(all[0], all[8]) << "the same row, another time";
  size_t sample = 10;
  for (const Batch* batch = later->next(); batch != nullptr; batch = later->next()) {
    for (int64_t i = 0; i < batch->count; ++i) EXPECT_EQ(values_of(batch->targets[i]), all[sample++]);
  }
  EXPECT_EQ(sample, 20U);
}

at::Tensor doubles(at::IntArrayRef shape, std::string_view name) {
  const at::Tensor values = at::zeros(shape, at::kDouble);
  Random random(4, name);
  std::generate_n(values.data_ptr<double>(), values.numel(), [&] { return random.normal(); });
  return values;
}

TEST(Autoencoding, OnlyHiddenPatchesCountInTheLoss) {
  const at::Tensor prediction = doubles({2, 5, 6}, "prediction");
  const at::Tensor target = doubles({2, 5, 6}, "target");
  const std::vector<std::vector<bool>> kept{{true, false, true, true, false}, {false, true, true, false, true}};
  double sum = 0;
  int count = 0;
  for (int64_t i = 0; i < 60; ++i) {
    if (kept[static_cast<size_t>(i / 30)][static_cast<size_t>(i / 6 % 5)]) continue;
    const double gap = prediction.data_ptr<double>()[i] - target.data_ptr<double>()[i];
    sum += gap * gap;
    ++count;
  }
  EXPECT_EQ(count, 24);
  EXPECT_NEAR(hidden_error(prediction, target, nn::kept_patches(kept)).item<double>(), sum / count, 1e-12);
}

TEST(Autoencoding, NormalisedPatchesHaveMeanZeroAndDeviationOne) {
  const at::Tensor scaled = normalised_patches(doubles({3, 4, 48}, "patches") * 7.0 + 2.0);
  EXPECT_LT(scaled.mean(-1).abs().max().item<double>(), 1e-12);
  EXPECT_LT((scaled.std(-1) - 1.0).abs().max().item<double>(), 1e-6);
}

// The loss in float32 is that of its definition in float64, with the network's own predictions.
TEST(Autoencoding, LossAndMetricAreWhatTheySay) {
  Subject subject;
  Training training = subject.fresh();
  const c10::NoGradGuard no_grad;
  const auto source = subject.task.test_batches(Context{});
  const Batch& batch = *source->next();
  ASSERT_EQ(batch.count, 8);
  const nn::Pass pass = training.evaluation();
  const at::Tensor predicted = nn::join_patches(subject.task.network().forward(pass, batch.inputs, {batch.targets}), {16, 16, 3}, 4);
  const std::array<float, 3> deviation =
      nn::pixel_statistics(loader::ImageTable(subject.rows, subject.subset, {16, 16, 3}, 1 << 20, Context{}), subject.subset, Context{})
          .deviation;
  double loss = 0;
  double squares = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < 8; ++i) {
    const std::vector<int64_t> seen = values_of(batch.targets[i]);
    for (int64_t y = 0; y < 16; ++y) {
      for (int64_t x = 0; x < 16; ++x) {
        if (std::ranges::count(seen, y / 4 * 4 + x / 4) != 0) continue;
        for (int64_t c = 0; c < 3; ++c) {
          const double gap = predicted[i][c][y][x].item<double>() - batch.inputs[i][c][y][x].item<double>();
          loss += gap * gap;
          squares += std::pow(gap * static_cast<double>(deviation[static_cast<size_t>(c)]), 2);
          ++count;
        }
      }
    }
  }
  EXPECT_EQ(count, 8 * 4 * 16 * 3);
  EXPECT_NEAR(subject.task.loss(pass, batch, nullptr).item<double>(), loss / static_cast<double>(count), 1e-5);
  const auto meter = subject.task.meter();
  meter->add(pass, batch);
  EXPECT_NEAR(meter->value(), -10 * std::log10(squares / static_cast<double>(count)), 0.05) << "clamped to [0, 1] there";
  EXPECT_EQ(subject.task.metric().unit, "dB");
}

TEST(Autoencoding, LearnsEightPicturesByHeart) {
  TrainOptions options = small_training();
  options.steps = 1000;
  options.batch = 8;
  const Subject subject(options);
  TrainJob job = subject.job;
  job.save_weights = fresh_path("waves.safetensors");
  const TrainResult result = train(job, {.threads = 1});
  EXPECT_EQ(result.metric.name, "psnr");
  EXPECT_EQ(result.test_rows, 8);
  EXPECT_LT(result.final_loss, 0.2 * result.losses.front());
  EXPECT_GT(result.value, 18) << "as many dB; the mean colour alone gives 12";
  EXPECT_EQ(measure(job, job.save_weights, {.threads = 1}).value, result.value);
  const SafeTensors stored = open_safetensors(job.save_weights);
  EXPECT_EQ(stored.metadata, subject.task.notes());
  EXPECT_EQ(stored.metadata.at("net"), kSmallNet);
  EXPECT_EQ(stored.metadata.at("side"), "16");
}

TEST(Autoencoding, EndsWhereTheWholeTrainingEnds) {
  const Subject subject;
  const auto file = fresh_path("state.safetensors");
  Training whole = subject.fresh();
  Training before = subject.fresh();
  Training after = subject.fresh();
  subject.steps(whole, 0, 6);
  subject.steps(before, 0, 4);
  save_training(before, 4, "a", file);
  EXPECT_EQ(load_training(after, "a", file), 4);
  subject.steps(after, 4, 6);
  const nn::Tensors expected = whole.memory();
  const nn::Tensors found = after.memory();
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << i;
}

TEST(Autoencoding, AJobSaysWhetherClassesAreTaught) {
  const Subject subject;
  TrainJob job = subject.job;
  job.options.net = "quick";
  expect_says(message_of([&] { train(job, {.threads = 1}); }), {"'quick' is not a network that fills in pictures"});
  const MemoryRows labelled({Image{{16, 16, 3}, std::vector<uint8_t>(768)}}, {0});
  const TrainJob taught{.options = small_training(), .rows = &labelled, .subset = std::span(subject.subset).first(1), .classes = 1};
  expect_says(message_of([&] { train(taught, {.threads = 1}); }), {"'mae' fills in pictures and knows no classes"});
  EXPECT_FALSE(facts_of("mae+width=64").tells_classes);
  EXPECT_EQ(facts_of("mae").usual.at("optimizer"), "adamw");
  EXPECT_TRUE(facts_of("quick").tells_classes);
  EXPECT_TRUE(facts_of("quick").usual.empty());
  TrainOptions options;
  OptionTable table;
  options.declare(table);
  for (const auto& [name, text] : facts_of("mae").usual) {
    ASSERT_NE(table.find(name), nullptr) << name;
    table.find(name)->set(text);
  }
  check(options);
}

}  // namespace
}  // namespace decant::train
