#include "decant/train/train.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <atomic>
#include <cblas.h>
#include <cmath>
#include <gmock/gmock.h>
#include <numeric>
#include <set>
#include <thread>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"
#include "decant/loader/image_table.h"
#include "decant/nn/device.h"
#include "decant/train/dynamics.h"
#include "decant/train/torch/attack.h"
#include "decant/train/torch/classification.h"
#include "decant/train/torch/optimizer.h"
#include "decant/train/torch/training.h"

namespace decant::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Class c is a bright disc in corner c, on noise: mirrored and shifted it would be another class,
/// so augmentation is off.
MemoryRows drawn_rows(int count, int classes, uint64_t seed) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  std::vector<int32_t> labels;
  for (int i = 0; i < count; ++i) {
    Image& image = pictures[static_cast<size_t>(i)];
    image.resize({16, 16, 3});
    const int label = i % classes;
    Random random(seed, "pixels", static_cast<uint64_t>(i));
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 48; ++x) {
        const bool inside = y / 8 == label / 2 && x / 24 == label % 2;
        image.row(y)[x] = static_cast<uint8_t>(random.below(100) + (inside ? 120 : 0));
      }
    }
    labels.push_back(label);
  }
  return {std::move(pictures), std::move(labels)};
}

TrainOptions small_options() {
  TrainOptions options;
  options.net = "mlp";
  options.steps = 60;
  options.batch = 16;
  options.learning_rate = 0.02;
  options.crop = 0;
  options.flip = false;
  return options;
}

TEST(Train, LearnsWhatIsSeparable) {
  const MemoryRows rows = drawn_rows(64, 4, 1);
  const MemoryRows test = drawn_rows(40, 4, 2);
  const auto subset = all_rows_of(rows);
  for (const std::string optimizer : {"sgd", "adamw"}) {
    TrainJob job{.options = small_options(), .rows = &rows, .subset = subset, .classes = 4, .test = &test};
    job.options.optimizer = optimizer;
    if (optimizer == "adamw") job.options.learning_rate = 0.003;
    const TrainResult result = train(job, {.threads = 1});
    EXPECT_GE(result.value, 0.95) << optimizer;
    EXPECT_EQ(result.test_rows, 40);
    EXPECT_EQ(result.losses.size(), 60U);
    EXPECT_LT(result.final_loss, 0.8 * result.losses.front()) << optimizer;
  }
}

TEST(Train, Bfloat16LearnsAsMuchOrIsRefused) {
  const MemoryRows rows = drawn_rows(64, 4, 1);
  const MemoryRows test = drawn_rows(40, 4, 2);
  const auto subset = all_rows_of(rows);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = subset, .classes = 4, .test = &test};
  job.options.net = "quick";
  const TrainResult whole = train(job, {.threads = 1});
  job.options.precision = "bfloat16";
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx512bf16")) {
    EXPECT_THAT(message_of([&] { train(job, {.threads = 1}); }), HasSubstr("does not compute in bfloat16"));
    return;
  }
#endif
  const TrainResult narrow = train(job, {.threads = 1});
  EXPECT_GE(narrow.value, 0.95);
  EXPECT_NE(narrow.losses, whole.losses);
  EXPECT_NEAR(narrow.losses.front(), whole.losses.front(), 0.02);
  EXPECT_NEAR(narrow.final_loss, whole.final_loss, 0.05);
}

TEST(Train, ConcurrentRunsGiveTheSameBytesAndMeasureAgrees) {
  const MemoryRows rows = drawn_rows(50, 4, 1);
  const MemoryRows test = drawn_rows(30, 4, 2);
  const auto subset = all_rows_of(rows);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = subset, .classes = 4, .test = &test};
  job.options.net = "quick";
  job.options.steps = 12;
  job.options.crop = 2;
  job.options.flip = true;
  job.table = std::make_shared<loader::ImageTable>(rows, subset, ImageSize{16, 16, 3}, 1 << 20, Context{});
  std::vector<TrainJob> jobs(3, job);
  std::vector<TrainResult> results(3);
  jobs[2].table = std::make_shared<loader::ImageTable>(rows, subset, ImageSize{16, 16, 3}, 0, Context{});  // decodes for every batch
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < 3; ++i) {
      jobs[i].save_weights = fresh_path(fmt::format("{}.safetensors", i));
      threads.emplace_back([&, i] { results[i] = train(jobs[i], {.threads = 1}); });
    }
  }
  const std::string first = read_text(jobs[0].save_weights);
  EXPECT_GT(first.size(), 4U * 97000U);
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_TRUE(read_text(jobs[i].save_weights) == first) << i;
    EXPECT_EQ(results[i].losses, results[0].losses);
    EXPECT_EQ(results[i].value, results[0].value);
  }
  EXPECT_EQ(measure(job, jobs[0].save_weights, {.threads = 1}).value, results[0].value);
  job.options.seed = 1;
  EXPECT_NE(train(job, {.threads = 1}).losses, results[0].losses);
}

DynamicsJob small_recording(const MemoryRows& rows, std::span<const int64_t> subset, const std::filesystem::path& folder) {
  DynamicsJob job{.training = {.options = small_options(), .rows = &rows, .subset = subset, .classes = 4}, .folder = folder};
  job.training.options.epochs = 5;
  job.training.options.optimizer = "adamw";
  job.training.options.learning_rate = 0.003;
  job.training.save_weights = folder / "weights.safetensors";
  return job;
}

TEST(Train, PartsOfATrainingEndWhereTheWholeEnds) {
  const MemoryRows rows = drawn_rows(40, 4, 1);
  const MemoryRows test = drawn_rows(20, 4, 2);
  const Subset all = Subset::all(40);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = all, .classes = 4, .test = &test};
  job.options.momentum = 0;  // which is what parts do not hand on
  job.options.clip_norm = 0.5;
  job.options.net = "mlp+width=24+norm=batch";
  job.keep_weights = job.keep_logits = true;
  const TrainResult whole = train(job, {.threads = 1});

  TrainResult part;
  for (const int64_t last : {1, 25, 60}) {
    TrainJob next = job;
    next.weights = part.weights;
    next.first_step = last == 1 ? 0 : last == 25 ? 1 : 25;
    next.last_step = last;
    TrainResult made = train(next, {.threads = 1});
    EXPECT_EQ(made.steps, next.last_step - next.first_step);
    part = std::move(made);
  }
  EXPECT_EQ(part.weights, whole.weights);
  EXPECT_EQ(part.logits, whole.logits);
  TrainJob none = job;  // asked, not trained
  none.weights = whole.weights;
  none.first_step = none.last_step = 60;
  const TrainResult asked = train(none, {.threads = 1});
  EXPECT_EQ(asked.weights, whole.weights);
  EXPECT_EQ(asked.logits, whole.logits);
  EXPECT_EQ(whole.logits.size(), 20u * 4);
  int right = 0;
  for (size_t i = 0; i < 20; ++i) {
    const auto own = std::span(whole.logits).subspan(4 * i, 4);
    right += std::ranges::max_element(own) - own.begin() == test.label(static_cast<int64_t>(i)) ? 1 : 0;
  }
  EXPECT_DOUBLE_EQ(whole.value, right / 20.0);

  job.keep_weights = job.keep_logits = false;
  const TrainResult plain = train(job, {.threads = 1});
  EXPECT_TRUE(plain.weights.empty() && plain.logits.empty());
  EXPECT_EQ(plain.losses, whole.losses);
}

TEST(Attack, MovesUpTheSlopeAsFarAsItMay) {
  const at::Tensor pictures = at::tensor({0.5F, 0.5F, 0.95F, 0.02F}).reshape({1, 1, 2, 2});
  const at::Tensor slope = at::tensor({3.0F, -1.0F, 2.0F, -5.0F}).reshape({1, 1, 2, 2});
  const auto scalar = [](float value) { return at::tensor({value}); };
  const Reach reach{.step = scalar(0.03F), .most = scalar(0.1F), .low = scalar(0), .high = scalar(1)};
  const at::Tensor moved = attacked(
      pictures, [&](const at::Tensor& x) { return x.mul(slope).sum(); }, reach);
  const at::Tensor expected = at::tensor({0.6F, 0.4F, 1.0F, 0.0F}).reshape({1, 1, 2, 2});
  EXPECT_LT(moved.sub(expected).abs().max().item<float>(), 1e-6F);
}

TEST(Attack, CostsAccuracyAndLeavesTheRestAlone) {
  const MemoryRows rows = drawn_rows(80, 4, 1);
  const MemoryRows test = drawn_rows(40, 4, 2);
  const Subset all = Subset::all(80);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = all, .classes = 4, .test = &test};
  job.options.steps = 12;  // short of perfect, so that there is something to lose
  const TrainResult plain = train(job, {.threads = 1});
  job.attack = true;
  const TrainResult asked = train(job, {.threads = 1});
  EXPECT_EQ(asked.value, plain.value);
  EXPECT_EQ(asked.losses, plain.losses);
  EXPECT_LE(asked.attacked, asked.value);
  EXPECT_GT(asked.value, 0.5);
}

TEST(Training, AClippedGradientKeepsItsDirection) {
  const MemoryRows rows = drawn_rows(16, 4, 1);
  const Subset all = Subset::all(16);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = all, .classes = 4, .keep_weights = true};
  job.options.steps = 1;
  job.options.optimizer = "momentum";
  job.options.momentum = job.options.weight_decay = job.options.warmup = 0;
  job.options.learning_rate = 1;
  const auto moved_by = [&](double clip_norm) {
    TrainJob zero = job;
    zero.options.learning_rate = 0;
    const std::vector<float> before = train(zero, {.threads = 1}).weights;
    job.options.clip_norm = clip_norm;
    std::vector<float> moved = train(job, {.threads = 1}).weights;
    for (size_t i = 0; i < moved.size(); ++i) moved[i] -= before[i];
    return moved;
  };
  const std::vector<float> free = moved_by(0);
  const std::vector<float> clipped = moved_by(0.01);
  double norm = 0;
  double along = 0;
  double free_norm = 0;
  for (size_t i = 0; i < free.size(); ++i) {
    norm += double{clipped[i]} * clipped[i];
    free_norm += double{free[i]} * free[i];
    along += double{clipped[i]} * free[i];
  }
  EXPECT_GT(free_norm, 0.01 * 0.01);
  EXPECT_NEAR(std::sqrt(norm), 0.01, 1e-4);
  EXPECT_NEAR(along / std::sqrt(norm * free_norm), 1, 1e-4);
}

TEST(Dynamics, EveryRowIsSeenOnceAnEpochAndLearnt) {
  const MemoryRows rows = drawn_rows(50, 4, 1);
  std::vector<int64_t> subset = all_rows_of(rows);
  subset.erase(subset.begin() + 7);
  const auto folder = fresh_folder("dynamics");
  const DynamicsResult result = record_dynamics(small_recording(rows, subset, folder), {.threads = 1});
  EXPECT_EQ(result.steps, 5 * 4) << "49 rows in batches of 16";
  const Dynamics seen = read_dynamics(folder, 50);
  EXPECT_EQ(seen.epochs(), 5);
  double right[2] = {0, 0};
  for (int64_t epoch = 0; epoch < 5; ++epoch) {
    EXPECT_TRUE(std::isnan(seen.at(Dynamic::loss, epoch, 7))) << "not in the subset";
    for (const int64_t row : subset) {
      const double p = seen.at(Dynamic::probability, epoch, row);
      EXPECT_NEAR(seen.at(Dynamic::loss, epoch, row), -std::log(p), 0.02 + 0.001 / p);
      right[epoch / 4] += seen.at(Dynamic::margin, epoch, row) > 0;
    }
  }
  EXPECT_GT(right[1], 45) << "of 49 in the last epoch";
  EXPECT_FALSE(std::filesystem::exists(folder / "state.safetensors"));
}

TEST(Dynamics, AnInterruptedRecordingEndsInTheSameBytes) {
  const MemoryRows rows = drawn_rows(50, 4, 1);
  const auto subset = all_rows_of(rows);
  const auto whole = fresh_folder("whole");
  const auto parts = fresh_folder("parts");
  record_dynamics(small_recording(rows, subset, whole), {.threads = 1});
  for (int stops = 1; stops <= 2; ++stops) {  // in the second and in the fourth epoch
    class StopAt final : public ProgressSink {
     public:
      StopAt(int64_t at, std::atomic<bool>& flag) : at_(at), flag_(flag) {}
      void begin(std::string_view, int64_t, std::string_view unit) override { counts_ = unit == "pictures"; }
      void advance(int64_t done) override {
        if (counts_ && (done_ += done) >= at_) flag_ = true;
      }
      void end() override {}

     private:
      int64_t at_;
      std::atomic<bool>& flag_;
      int64_t done_ = 0;
      bool counts_ = false;
    };
    std::atomic<bool> cancel = false;
    StopAt sink(100 * stops - 30, cancel);
    EXPECT_THROW(record_dynamics(small_recording(rows, subset, parts), {.threads = 1, .progress = &sink, .cancel = &cancel}), Cancelled);
    EXPECT_TRUE(std::filesystem::exists(parts / "state.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(parts / "loss.npy"));
  }
  auto other = small_recording(rows, subset, parts);
  other.training.options.batch = 8;
  expect_says(message_of([&] { record_dynamics(other, {.threads = 1}); }), {"state.safetensors", "different options or rows"});
  EXPECT_GT(record_dynamics(small_recording(rows, subset, parts), {.threads = 1}).epochs_before, 1);
  for (const auto* name : {"probability.npy", "margin.npy", "gradient.npy", "weights.safetensors"})
    EXPECT_TRUE(read_text(whole / name) == read_text(parts / name)) << name;
}

TEST(Dynamics, ADivergingProxyIsNamedAndLeavesNoRecord) {
  const MemoryRows rows = drawn_rows(50, 4, 1);
  const auto subset = all_rows_of(rows);
  const auto folder = fresh_folder("dynamics");
  auto job = small_recording(rows, subset, folder);
  job.training.options.optimizer = "sgd";
  job.training.options.learning_rate = 1e6;
  expect_says(message_of([&] { record_dynamics(job, {.threads = 1}); }),
              {"the proxy", job.training.options.net, "diverged", "--score-net"});
  EXPECT_FALSE(std::filesystem::exists(folder / "loss.npy"));
}

TEST(Dynamics, RefusesOneClassAndRecordsThatDoNotFit) {
  const MemoryRows rows = drawn_rows(20, 1, 1);
  const auto subset = all_rows_of(rows);
  const auto folder = fresh_folder("dynamics");
  auto job = small_recording(rows, subset, folder);
  job.training.classes = 1;
  expect_says(message_of([&] { record_dynamics(job, {.threads = 1}); }), {"only one class"});
  job.training.classes = 4;
  record_dynamics(job, {.threads = 1});
  expect_says(message_of([&] { read_dynamics(folder, 21); }), {"probability.npy", "20 rows", "21"});
  std::filesystem::remove(folder / "margin.npy");
  EXPECT_THROW(read_dynamics(folder, 20), Error);
}

TEST(Train, ADivergingRunNamesTheStepAndTheRemedy) {
  const MemoryRows rows = drawn_rows(16, 2, 1);
  const auto subset = all_rows_of(rows);
  TrainJob job{.options = small_options(), .rows = &rows, .subset = subset, .classes = 2};
  job.options.learning_rate = 1e6;
  job.options.warmup = 0;
  try {
    train(job, {.threads = 1});
    FAIL() << "a learning rate of a million converged";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("step "), HasSubstr("no longer finite"), HasSubstr("Lower the learning rate")));
  }
}

TEST(Train, OnePictureOfOneClass) {
  const MemoryRows rows = drawn_rows(1, 1, 1);
  const std::vector<int64_t> subset{0};
  TrainJob job{.options = small_options(), .rows = &rows, .subset = subset, .classes = 1, .test = &rows};
  job.options.net = "quick";
  job.options.steps = 3;
  EXPECT_EQ(train(job, {.threads = 1}).value, 1);
}

TEST(Train, RefusesWhatCannotBeTrainedOn) {
  const MemoryRows rows = drawn_rows(4, 4, 1);
  const auto message = [&](std::vector<int64_t> subset, int classes) -> std::string {
    return message_of([&] { train({.options = small_options(), .rows = &rows, .subset = subset, .classes = classes}, {.threads = 1}); });
  };
  EXPECT_THAT(message({}, 4), HasSubstr("there are no training pictures"));
  EXPECT_THAT(message({0, 1, 2, 3}, 3), HasSubstr("3: label 3 is not below 3"));
}

class StopAfter : public ProgressSink {
 public:
  void begin(std::string_view, int64_t, std::string_view unit) override { counting_ = unit == "steps"; }
  void advance(int64_t done) override {
    if (counting_ && (steps += done) == 5) cancel = true;
  }
  void end() override {}
  std::atomic<bool> cancel{false};
  int64_t steps = 0;

 private:
  bool counting_ = false;
};

TEST(Train, StopsWhenCancelled) {
  const MemoryRows rows = drawn_rows(16, 2, 1);
  const auto subset = all_rows_of(rows);
  StopAfter sink;
  const Context context{.threads = 1, .progress = &sink, .cancel = &sink.cancel};
  EXPECT_THROW(train({.options = small_options(), .rows = &rows, .subset = subset, .classes = 2}, context), Cancelled);
  EXPECT_EQ(sink.steps, 5);
}

class BlasWatch final : public ProgressSink {
 public:
  void begin(std::string_view, int64_t, std::string_view) override {}
  void advance(int64_t) override { seen.insert(openblas_get_num_threads()); }
  void skip(int64_t) override {}
  void end() override {}
  std::set<int> seen;
};

TEST(Train, GivesBlasAsManyThreadsAsTheRunHas) {
  const MemoryRows rows = drawn_rows(16, 2, 1);
  const auto subset = all_rows_of(rows);
  for (const int count : {2, 1}) {
    BlasWatch watch;
    train({.options = small_options(), .rows = &rows, .subset = subset, .classes = 2}, {.threads = count, .progress = &watch});
    EXPECT_EQ(watch.seen, std::set<int>{count});
    EXPECT_EQ(openblas_get_num_threads(), 1);
  }
}

TEST(Classification, SmoothedCrossEntropyIsLibtorchsToTheLastBit) {
  const nn::ThreadCount threads(1);
  for (const auto& [count, classes] : {std::pair{1, 1}, {3, 2}, {16, 10}, {37, 100}, {256, 10}}) {
    std::vector<float> values;
    std::vector<int64_t> classes_of;
    Random random(7, "logits", static_cast<uint64_t>(count));
    for (int i = 0; i < count * classes; ++i) values.push_back(static_cast<float>(random.below(20000)) / 1000 - 10);
    for (int i = 0; i < count; ++i) classes_of.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(classes))));
    const at::Tensor labels = at::tensor(classes_of);
    for (const double smoothing : {0.0, 0.1, 0.3}) {
      const at::Tensor logits = at::tensor(values).view({count, classes}).set_requires_grad(true);
      const at::Tensor own = smoothed_cross_entropy(logits, labels, smoothing);
      const at::Tensor theirs = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, smoothing);
      EXPECT_EQ(own.item<float>(), theirs.item<float>());
      EXPECT_TRUE(at::equal(torch::autograd::grad({own}, {logits})[0], torch::autograd::grad({theirs}, {logits})[0]))
          << fmt::format("{} of {} classes, smoothing {}", count, classes, smoothing);
    }
  }
}

/// Two parameters of one value each, the first decaying; gradients 0.5 and −1, twice.
std::vector<double> after_two_steps(const OptimizerOptions& options) {
  const std::vector<at::Tensor> parameters{at::tensor({2.0}, at::kDouble), at::tensor({3.0}, at::kDouble)};
  const std::vector<at::Tensor> gradients{at::tensor({0.5}, at::kDouble), at::tensor({-1.0}, at::kDouble)};
  const auto optimizer = make_optimizer(options, parameters, {true, false});
  for (int i = 0; i < 2; ++i) optimizer->step(gradients, 0.1);
  EXPECT_EQ(gradients[0].item<double>(), 0.5);  // only read
  return {parameters[0].item<double>(), parameters[1].item<double>()};
}

TEST(Optimizer, SgdIsNesterovsWithDecayWhereAskedFor) {
  double p = 2;
  double m = 0;
  for (int i = 0; i < 2; ++i) {
    const double g = 0.5 + 0.01 * p;
    m = 0.9 * m + g;
    p -= 0.1 * (g + 0.9 * m);
  }
  const auto values = after_two_steps({"sgd", 0.9, 0.01});
  EXPECT_NEAR(values[0], p, 1e-12);
  EXPECT_NEAR(values[1], 3 + 0.1 * (1 + 0.9) + 0.1 * (1 + 0.9 * 1.9), 1e-12);
}

TEST(Optimizer, MomentumIsTheHeavyBall) {
  double p = 2;
  double m = 0;
  for (int i = 0; i < 2; ++i) {
    m = 0.9 * m + 0.5 + 0.01 * p;
    p -= 0.1 * m;
  }
  const auto values = after_two_steps({"momentum", 0.9, 0.01});
  EXPECT_NEAR(values[0], p, 1e-12);
  EXPECT_NEAR(values[1], 3 + 0.1 + 0.1 * 1.9, 1e-12);
}

TEST(Optimizer, AdamWMovesByTheRateWhenGradientsAreConstant) {
  const auto values = after_two_steps({"adamw", 0.9, 0.01});
  EXPECT_NEAR(values[0], (2 * 0.999 - 0.1) * 0.999 - 0.1, 1e-6);  // rate × decay = 0.001
  EXPECT_NEAR(values[1], 3.2, 1e-6);
}

}  // namespace
}  // namespace decant::train
