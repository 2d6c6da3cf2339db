// Detectors and segmenters in training: the loss against plain sums, what a frozen backbone gives,
// and that drawn squares are learnt.
#include "decant/train/scenes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/options_for_tests.h"
#include "decant/base/test_support.h"
#include "decant/data/scenes_for_tests.h"
#include "decant/data/subset.h"
#include "decant/nn/device.h"
#include "decant/nn/scene_network.h"
#include "decant/nn/weights.h"
#include "decant/train/box_grid.h"
#include "decant/train/torch/frozen_levels.h"
#include "decant/train/torch/scene_task.h"
#include "decant/train/torch/updates.h"

namespace decant::train {
namespace {

using testing::HasSubstr;
using Table = std::shared_ptr<const loader::SceneTable>;

Table table_of(const Rows& rows, ImageSize frame = {64, 48, 3}) {
  return std::make_shared<loader::SceneTable>(rows, Subset::all(rows.size()).rows(), loader::Frame{frame}, int64_t{1} << 26, Context{});
}

at::Tensor drawn(at::IntArrayRef shape, const char* name) {
  const at::Tensor values = at::zeros(shape, at::kDouble);
  Random random(2, name);
  std::generate_n(values.data_ptr<double>(), values.numel(), [&] { return random.normal(); });
  return values;
}

TEST(SceneOptions, EveryFieldIsInTheKey) {
  expect_every_field_decides<SceneOptions>();
}

double iou_like(const double* a, const double* b) {
  const double common = (std::min(a[0], b[0]) + std::min(a[2], b[2])) * (std::min(a[1], b[1]) + std::min(a[3], b[3]));
  const double hull = (std::max(a[0], b[0]) + std::max(a[2], b[2])) * (std::max(a[1], b[1]) + std::max(a[3], b[3]));
  const double all = (a[0] + a[2]) * (a[1] + a[3]) + (b[0] + b[2]) * (b[1] + b[3]) - common;
  return common / all - (hull - all) / hull;
}

TEST(Detection, ItsLossIsTheSumItSays) {
  const int classes = 2;
  DrawnScenes rows(2, CountedIn::objects);
  rows.table().flags[1] = ObjectFlag::crowd;
  const Table table = table_of(rows);
  const auto task = make_detection({{64, 48, 3}, 8, classes});
  loader::SceneBatches batches(*table, table->chosen(), {.batch = 2, .samples = 2}, {});
  const SceneTargets targets = task->targets(*batches.next());
  EXPECT_EQ(targets.weight, 3);
  const at::Tensor outputs = drawn({2, classes + 4, 6, 8}, "outputs");
  const at::Tensor goal = targets.values.to(at::kDouble);
  double sum = 0;
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t place = 0; place < 48; ++place) {
      const auto of = [&](const at::Tensor& all, int64_t plane) { return all[i][plane].flatten()[place].item<double>(); };
      for (int64_t c = 0; c < classes; ++c) {
        const double p = 1 / (1 + std::exp(-of(outputs, c))), heat = of(goal, c);
        sum -= heat == 1 ? std::pow(1 - p, 2) * std::log(p) : of(goal, classes + c) * std::pow(1 - heat, 4) * p * p * std::log(1 - p);
      }
      double found[4], there[4];
      for (int64_t k = 0; k < 4; ++k) {
        found[k] = std::exp(std::clamp(of(outputs, classes + k), -6.0, 6.0)) * 64;
        there[k] = of(goal, 2 * classes + k);
      }
      if (const double weight = of(goal, 2 * classes + 4); weight > 0) sum += 2 * weight * (1 - iou_like(found, there));
    }
  }
  EXPECT_NEAR(task->loss(outputs, {goal, targets.weight}).item<double>(), sum / 3, 1e-9);
}

TEST(Segmentation, ItsLossIsTheMeanOfThePixelsThatCount) {
  const DrawnScenes rows(2, CountedIn::pixels);
  const Table table = table_of(rows);
  const auto task = make_segmentation({{64, 48, 3}, 1, 3});
  loader::SceneBatches batches(*table, table->chosen(), {.batch = 2, .samples = 2}, {});
  const loader::SceneBatch& batch = *batches.next();
  const SceneTargets targets = task->targets(batch);
  EXPECT_EQ(targets.weight, 2 * 62 * 46);
  const at::Tensor outputs = drawn({2, 3, 48, 64}, "outputs");  // as large as the frame: nothing is enlarged
  const at::Tensor log_p = outputs.log_softmax(1);
  double sum = 0;
  for (int64_t i = 0; i < 2 * 48 * 64; ++i) {
    const int64_t label = batch.classes[static_cast<size_t>(i)];
    if (label != kNoLabel) sum -= log_p[i / (48 * 64)][label].flatten()[i % (48 * 64)].item<double>();
  }
  EXPECT_NEAR(task->loss(outputs, targets).item<double>(), sum / targets.weight, 1e-9);
}

// Outputs that say what is there are measured as perfect, whatever the frame.
TEST(Detection, TheTruthIsFoundPerfectly) {
  const int classes = 3;  // the last has no object
  const DrawnScenes rows(6, CountedIn::objects);
  const Table table = table_of(rows, {96, 96, 3});
  const SceneTaskSpec spec{{96, 96, 3}, 4, classes};
  const auto task = make_detection(spec);
  loader::SceneBatches batches(*table, table->chosen(), {.batch = 6, .samples = 6}, {});
  const loader::SceneBatch& batch = *batches.next();
  const at::Tensor goal = task->targets(batch).values;
  const at::Tensor logits = goal.narrow(1, 0, classes) * 20 - 10;
  const at::Tensor raw = (goal.narrow(1, 2 * classes, 4) / 32).clamp_min(1e-3).log();
  const auto meter = task->meter(*table);
  meter->add(at::cat({logits, raw}, 1), batch.rows);
  const std::vector<double> values = meter->values({});
  EXPECT_GT(values[0], 0.999) << "AP";
  EXPECT_GT(values[1], 0.999) << "AP50";
  EXPECT_GT(values[2], 0.999);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_EQ(values.size(), scene_metrics(CountedIn::objects, std::vector<std::string>{"red", "blue", "none"}).size());
}

SceneOptions quick_options(const std::string& net) {
  return {.net = net, .steps = 60, .batch = 4, .image_size = 64, .normalise = "0.5/0.25"};
}

TEST(TrainScenes, LearnsToFindSquares) {
  const DrawnScenes rows(24, CountedIn::objects), test(12, CountedIn::objects, 9);
  const Table table = table_of(rows);
  SceneOptions options = quick_options("centre+width=16");
  options.steps = 120;
  const SceneJob job{.options = options, .subset = table->chosen(), .classes = 2, .table = table, .test = table_of(test)};
  const SceneResult result = train_scenes(job, {.threads = 1});
  EXPECT_GT(result.values.at(1), 0.5) << "AP50";
  EXPECT_EQ(result.steps, 120);
  EXPECT_EQ(result.values, train_scenes(job, {.threads = 1}).values) << "the same again";
}

TEST(TrainScenes, Bfloat16LearnsAsMuchOrIsRefused) {
  const DrawnScenes rows(24, CountedIn::pixels), test(8, CountedIn::pixels, 9);
  const Table table = table_of(rows);
  SceneJob job{
      .options = quick_options("pyramid+width=16"), .subset = table->chosen(), .classes = 3, .table = table, .test = table_of(test)};
  const SceneResult whole = train_scenes(job, {.threads = 1});
  job.options.precision = "bfloat16";
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx512bf16")) {
    EXPECT_THAT(message_of([&] { train_scenes(job, {.threads = 1}); }), HasSubstr("does not compute in bfloat16"));
    return;
  }
#endif
  const SceneResult narrow = train_scenes(job, {.threads = 1});
  EXPECT_NE(narrow.final_loss, whole.final_loss);
  EXPECT_NEAR(narrow.values.at(0), whole.values.at(0), 0.05) << "mean IoU";
  job.options.precision = "float16";
  EXPECT_THAT(message_of([&] { train_scenes(job, {.threads = 1}); }), HasSubstr("Give float32 or bfloat16"));
}

TEST(TrainScenes, LearnsToNamePixels) {
  const DrawnScenes rows(24, CountedIn::pixels), test(8, CountedIn::pixels, 9);
  const Table table = table_of(rows);
  const SceneResult result = train_scenes(
      {.options = quick_options("pyramid+width=16"), .subset = table->chosen(), .classes = 3, .table = table, .test = table_of(test)},
      {.threads = 1});
  EXPECT_GT(result.values.at(0), 0.6) << "mean IoU";
  EXPECT_GT(result.values.at(3), 0.9) << "of what is no square";
}

/// Weights of a backbone that nobody trained.
std::filesystem::path weights_in(const std::filesystem::path& folder, const std::string& net) {
  const auto network = nn::make_network({net, {64, 48, 3}, 7});
  const std::filesystem::path file = folder / "backbone.safetensors";
  nn::save_weights(*network, nn::initial_state(*network, Random(5)), file);
  return file;
}

TEST(TrainScenes, AFrozenBackboneIsRunOnce) {
  const std::filesystem::path folder = fresh_folder("weights");
  const DrawnScenes rows(8, CountedIn::objects), test(4, CountedIn::objects, 9);
  const Table table = table_of(rows);
  SceneOptions options = quick_options("centre+backbone=tiny-resnet+width=16+stride=8");
  options.backbone = weights_in(folder, "tiny-resnet");
  options.steps = 5;
  const SceneJob job{.options = options, .subset = table->chosen(), .classes = 2, .table = table, .test = table_of(test)};
  const SceneResult result = train_scenes(job, {.threads = 1});
  std::filesystem::path saved = folder / "head.safetensors";
  SceneJob saving = job;
  saving.save_weights = saved;
  EXPECT_EQ(train_scenes(saving, {.threads = 1}).final_loss, result.final_loss);
  const auto network = nn::make_scene_network({options.net, {64, 48, 3}, 2});
  EXPECT_NO_THROW(nn::load_weights(network->head(), saved)) << "the head alone was trained";
}

// Tuning begins at the given weights, so that a rate of next to nothing leaves them as they are.
TEST(TrainScenes, TuneABackboneFromItsWeights) {
  const std::filesystem::path folder = fresh_folder("weights");
  const DrawnScenes rows(8, CountedIn::objects);
  const Table table = table_of(rows);
  SceneOptions options = quick_options("centre+backbone=tiny-resnet+width=16");
  options.backbone = weights_in(folder, "tiny-resnet");
  options.tune = true;
  options.steps = 3;
  const auto network = nn::make_scene_network({options.net, {64, 48, 3}, 2});
  const auto given = nn::load_weights(*nn::network_of_weights("tiny-resnet", {64, 48, 3}, options.backbone), options.backbone);
  const auto farthest = [&](double rate) {
    options.learning_rate = rate;
    const std::filesystem::path saved = folder / "all.safetensors";
    train_scenes({.options = options, .subset = table->chosen(), .classes = 2, .table = table, .test = nullptr, .save_weights = saved},
                 {.threads = 1});
    const nn::State state = nn::load_weights(*network, saved);
    double most = 0;
    for (size_t i = 0; i + 2 < given.parameters.size(); ++i)
      most = std::max(most, (state.parameters[i] - given.parameters[i]).abs().max().item<double>());
    return most;
  };
  EXPECT_LT(farthest(1e-9), 1e-7);
  EXPECT_GT(farthest(1e-2), 1e-3);
  options.crop = 4;
  EXPECT_NO_THROW(check(options));
  EXPECT_EQ(learnt_by("pyramid"), CountedIn::pixels);
  EXPECT_EQ(learnt_by("quick"), std::nullopt);
  EXPECT_THAT(message_of([] { learnt_by("centre+backbone=quick"); }), HasSubstr("backbone"));
}

TEST(FrozenLevels, AreThoseOfTheBackboneAndOfTheMirrorImage) {
  const nn::ThreadCount threads(1);
  const std::filesystem::path folder = fresh_folder("weights");
  const DrawnScenes rows(5, CountedIn::objects);
  const Table table = table_of(rows, {48, 48, 3});
  const auto file = weights_in(folder, "tiny-resnet");
  const loader::Normalisation normalisation =
      loader::normalisation_of(std::vector<float>{0.5F, 0.5F, 0.5F}, std::vector<float>{0.2F, 0.2F, 0.2F});
  FrozenLevels levels({"tiny-resnet", file, {1, 3}, normalisation}, nn::network_of_weights("tiny-resnet", {48, 48, 3}, file));
  ASSERT_TRUE(levels.keeps(*table, true));
  loader::SceneBatches batches(
      *table, table->chosen(),
      {.batch = 3, .samples = 12, .shuffle = true, .seed = 2, .augmentation = {0, true}, .normalisation = normalisation}, {});
  const auto network = nn::network_of_weights("tiny-resnet", {48, 48, 3}, file);
  nn::State state = nn::load_weights(*network, file);
  while (const loader::SceneBatch* batch = batches.next()) {
    const nn::Tensors kept = levels.of(*table, *batch, true, {});
    const nn::Tensors all = nn::level_maps(*network, {state.parameters, state.buffers}, images_of(*batch, table->frame(), at::kCPU));
    ASSERT_EQ(kept.size(), 2u);
    EXPECT_TRUE(kept[0].allclose(all[1], 1e-2, 1e-2));
    EXPECT_TRUE(kept[1].allclose(all[3], 1e-2, 1e-2));
    EXPECT_TRUE(kept[0].is_contiguous(at::MemoryFormat::ChannelsLast));
  }
}

TEST(Updates, CutTheGradientsNorm) {
  const auto network = nn::make_scene_network({"centre+width=8", {32, 32, 3}, 2});
  const auto moved = [&](double clip) {
    Updates updates(*network, nn::initial_state(*network, Random(1)), at::kCPU, {.clip = clip});
    nn::Tensors before;
    for (const at::Tensor& tensor : updates.state().parameters) before.push_back(tensor.detach().clone());
    at::Tensor loss = at::zeros({});
    for (const at::Tensor& tensor : updates.training().parameters) loss = loss + tensor.square().sum();
    updates.step(loss, 1e-3);
    double sum = 0;
    for (size_t i = 0; i < before.size(); ++i) sum += (updates.state().parameters[i].detach() - before[i]).square().sum().item<double>();
    return sum;
  };
  EXPECT_LT(moved(1e-9), 1e-3 * moved(0)) << "AdamW divides by the size of a gradient, and by 1e-8";
  EXPECT_EQ(moved(1e9), moved(0));
}

TEST(TrainScenes, RefuseWhatTheyCannotLearnFrom) {
  const DrawnScenes boxes(3, CountedIn::objects);
  const Table table = table_of(boxes);
  const auto refusal = [&](SceneOptions options, const Table& from) {
    return message_of([&] {
      train_scenes({.options = std::move(options), .subset = from->chosen(), .classes = 2, .table = from, .test = nullptr}, {.threads = 1});
    });
  };
  EXPECT_THAT(refusal(quick_options("pyramid"), table), HasSubstr("the net 'pyramid' learns masks, and these rows hold none"));
  DrawnScenes broken(3, CountedIn::objects);
  for (uint16_t& flags : broken.table().flags) flags = ObjectFlag::broken;
  EXPECT_THAT(refusal(quick_options("centre"), table_of(broken)), HasSubstr("none of the 3 training pictures holds objects"));
  SceneOptions options = quick_options("centre");
  options.learning_rate = -1;
  EXPECT_THAT(refusal(options, table), HasSubstr("learning-rate"));
  options = quick_options("centre+backbone=tiny-resnet");
  options.backbone = "no such file";
  const auto read = [&] {
    train_scenes({.options = options, .subset = table->chosen(), .classes = 2, .table = table, .test = nullptr}, {.threads = 1});
  };
  EXPECT_THAT(message_of<IoError>(read), HasSubstr("no such file"));
}

}  // namespace
}  // namespace decant::train
