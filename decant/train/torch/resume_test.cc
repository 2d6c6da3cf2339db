#include "decant/train/torch/resume.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"
#include "decant/formats/safetensors/safetensors.h"
#include "decant/nn/device.h"
#include "decant/train/torch/classification.h"
#include "decant/train/torch/steps.h"

namespace decant::train {
namespace {

MemoryRows grey_rows() {
  std::vector<Image> pictures(12);
  std::vector<int32_t> labels;
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({8, 8, 1});
    Random random(3, "grey", i);
    for (uint8_t& value : pictures[i].pixels) value = static_cast<uint8_t>(random.below(256));
    labels.push_back(static_cast<int32_t>(i % 3));
  }
  return {std::move(pictures), std::move(labels)};
}

/// A training of twelve pictures, whole or in parts.
struct TrainingRun {
  explicit TrainingRun(const std::string& optimizer)
      : job{.options = {.net = "quick", .batch = 4, .optimizer = optimizer, .learning_rate = 0.01},
            .rows = &rows,
            .subset = subset,
            .classes = 3},
        task(job, Context{}),
        training(task, nn::initial_state(task.module(), Random(1)), job.options) {}

  void steps(int64_t from, int64_t to) {
    LossLog log(1, from);
    run_steps(training, *task.batches(4 * from, 4 * (to - from), Context{}), schedule_of(job.options, 6), to - from, log,
              [](const Batch&) {});
  }

  const nn::ThreadCount threads{1};
  const MemoryRows rows = grey_rows();
  const std::vector<int64_t> subset = all_rows_of(rows);
  const TrainJob job;
  const Classification task;
  Training training;
};

TEST(Resume, EndsWhereTheWholeTrainingEnds) {
  for (const std::string optimizer : {"sgd", "adamw"}) {
    const auto file = fresh_path(optimizer + ".safetensors");
    TrainingRun whole(optimizer);
    TrainingRun before(optimizer);
    TrainingRun after(optimizer);
    EXPECT_EQ(load_training(after.training, "a", file), 0) << "no file: from the start";
    whole.steps(0, 6);
    before.steps(0, 4);
    save_training(before.training, 4, "a", file);
    EXPECT_EQ(load_training(after.training, "a", file), 4);
    after.steps(4, 6);
    const nn::Tensors expected = whole.training.memory();
    const nn::Tensors found = after.training.memory();
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << optimizer << " " << i;
  }
}

TEST(Resume, RefusesAnotherTraining) {
  const auto file = fresh_path("state.safetensors");
  TrainingRun run("sgd");
  TrainingRun other("adamw");
  save_training(run.training, 4, "a", file);
  const auto fault_of = [&](Training& training, const std::string& identity) {
    return message_of([&] { load_training(training, identity, file); });
  };
  expect_says(fault_of(run.training, "b"), {file.string(), "different options or rows", "Delete the folder"});
  expect_says(fault_of(other.training, "a"), {file.string(), "different options or rows"});
  SafeTensors content = open_safetensors(file);
  content.tensors[0].name = "99999";
  const auto spoiled = fresh_path("spoiled.safetensors");
  write_safetensors(spoiled, content.tensors, content.metadata);
  expect_says(message_of([&] { load_training(run.training, "a", spoiled); }), {"tensor 0", "does not fit the network"});
}

}  // namespace
}  // namespace decant::train
