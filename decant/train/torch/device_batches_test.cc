#include "decant/train/torch/device_batches.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/record_function.h>
#include <atomic>
#include <gmock/gmock.h>
#include <limits>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/test_rows.h"
#include "decant/nn/device.h"
#include "decant/nn/weights.h"
#include "decant/train/torch/classification.h"
#include "decant/train/torch/picture_source.h"
#include "decant/train/torch/steps.h"
#include "decant/train/torch/tasks.h"

namespace decant::train {
namespace {

using ::testing::HasSubstr;

MemoryRows noise_rows(int count, int side, int channels) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  std::vector<int32_t> labels;
  for (int i = 0; i < count; ++i) {
    pictures[static_cast<size_t>(i)].resize({side, side, channels});
    Random random(3, "noise", static_cast<uint64_t>(i));
    for (uint8_t& value : pictures[static_cast<size_t>(i)].pixels) value = static_cast<uint8_t>(random.below(256));
    labels.push_back(i % 4);
  }
  return {std::move(pictures), std::move(labels)};
}

/// Every third row is missing.
std::vector<int64_t> some_rows_of(const Rows& rows) {
  std::vector<int64_t> some;
  for (int64_t row = 0; row < rows.size(); ++row) {
    if (row % 3 != 1) some.push_back(row);
  }
  return some;
}

void expect_same(const Batch& device, const Batch& loader) {
  EXPECT_EQ(device.number, loader.number);
  EXPECT_EQ(device.count, loader.count);
  EXPECT_TRUE(at::equal(device.inputs, loader.inputs)) << "batch " << loader.number;
  EXPECT_EQ(device.inputs.strides(), loader.inputs.strides());
  EXPECT_EQ(device.inputs.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(device.targets, loader.targets));
  EXPECT_EQ(std::vector(device.rows.begin(), device.rows.end()), std::vector(loader.rows.begin(), loader.rows.end()));
}

void expect_same_stream(const loader::ImageTable& table, std::span<const int64_t> subset, const loader::BatchOptions& options) {
  DeviceBatches device(table, subset, options, c10::kCPU, Context{});
  LoaderPictures loader(table, subset, options, c10::kCPU, Context{});
  int64_t samples = 0;
  while (const Batch* batch = loader.next()) {
    const Batch* made = device.next();
    ASSERT_NE(made, nullptr);
    expect_same(*made, *batch);
    samples += made->count;
  }
  EXPECT_EQ(device.next(), nullptr);
  EXPECT_EQ(samples, options.samples);
}

TEST(DeviceBatches, AreTheLoadersBitForBit) {
  const float mean[] = {0.4914F, 0.4822F, 0.4465F};
  const float deviation[] = {0.2470F, 0.2435F, 0.2616F};
  for (const int channels : {1, 3}) {
    for (const int side : {1, 3, 7, 16}) {  // 3: shifts by 4 reflect at both edges
      const MemoryRows rows = noise_rows(23, side, channels);
      const std::vector<int64_t> subset = some_rows_of(rows);
      const loader::ImageTable table(rows, all_rows_of(rows), {side, side, channels}, 1 << 20, Context{});
      const auto count = static_cast<size_t>(channels);
      loader::BatchOptions options{.batch = 4, .samples = 15 * 16 + 2, .shuffle = true, .seed = 11};  // 61 batches: more than one plan
      options.normalisation = loader::normalisation_of(std::span(mean).first(count), std::span(deviation).first(count));
      for (const int crop : {0, 4}) {
        for (const bool flip : {false, true}) {
          SCOPED_TRACE(fmt::format("{} channels, side {}, crop {}, flip {}", channels, side, crop, flip));
          options.augmentation = {crop, flip};
          options.first = 0;
          expect_same_stream(table, subset, options);
          options.first = 37;
          expect_same_stream(table, subset, options);
        }
      }
      options.augmentation = {.flip = true, .resized_crop = 0.2};
      expect_same_stream(table, subset, options);
    }
  }
}

TEST(DeviceBatches, InOrderAndOverATableOfTheSubsetAlone) {
  const MemoryRows rows = noise_rows(20, 5, 3);
  const std::vector<int64_t> subset = some_rows_of(rows);
  const loader::ImageTable table(rows, subset, {5, 5, 3}, 1 << 20, Context{});
  expect_same_stream(table, subset, {.batch = 6, .samples = std::ssize(subset)});
  expect_same_stream(table, std::vector<int64_t>{5}, {.batch = 6, .samples = 6, .shuffle = true, .augmentation = {2, true}});
  expect_same_stream(table, subset, {.batch = 6, .samples = 0});
  const std::vector<int32_t> labels(20, 3);
  expect_same_stream(table, subset, {.batch = 6, .samples = 6, .labels = labels});
}

TEST(DeviceBatches, ShareOneCopyOfTheTable) {
  const MemoryRows rows = noise_rows(6, 4, 3);
  const auto subset = all_rows_of(rows);
  const loader::ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  const loader::BatchOptions options{.batch = 2, .samples = 2};
  DeviceBatches first(table, subset, options, c10::kMeta, Context{});
  const auto copy = [&] {
    return std::any_cast<at::Tensor>(table.attached("pixels on meta", []() -> std::any { throw BugError("not there"); }));
  };
  const at::Tensor shared = copy();
  EXPECT_EQ(shared.sizes(), (std::vector<int64_t>{6 * 16, 3}));
  DeviceBatches second(table, subset, options, c10::kMeta, Context{});
  EXPECT_TRUE(copy().is_same(shared));
  DeviceBatches here(table, subset, options, c10::kCPU, Context{});
  EXPECT_TRUE(copy().is_same(shared)) << "another device has a copy of its own";
}

TEST(DeviceBatches, StopWhenCancelled) {
  const MemoryRows rows = noise_rows(6, 4, 3);
  const auto subset = all_rows_of(rows);
  const loader::ImageTable table(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  std::atomic<bool> cancel{false};
  DeviceBatches batches(table, subset, {.batch = 2, .samples = 1000}, c10::kCPU, {.cancel = &cancel});
  EXPECT_NE(batches.next(), nullptr);
  cancel = true;
  EXPECT_THROW(batches.next(), Cancelled);
}

TEST(OpenPictures, TheDeviceMakesBatchesOfAKeptTableAndTheLoaderAllOthers) {
  const MemoryRows rows = noise_rows(6, 4, 3);
  const auto subset = all_rows_of(rows);
  const loader::ImageTable kept(rows, subset, {4, 4, 3}, 1 << 20, Context{});
  const loader::ImageTable decoding(rows, subset, {4, 4, 3}, 0, Context{});
  const auto on_device = [&](const loader::ImageTable& table, c10::Device device) {
    const auto source = open_pictures(table, subset, {.batch = 2, .samples = 6}, device, {.threads = 1});
    return dynamic_cast<DeviceBatches*>(source.get()) != nullptr;
  };
  EXPECT_TRUE(on_device(kept, c10::kMeta));
  EXPECT_FALSE(on_device(decoding, c10::kMeta));
  EXPECT_FALSE(on_device(kept, c10::kCPU));
}

/// A training of `quick` through one source or the other, and where it ended.
struct Ran {
  std::vector<float> losses;
  std::vector<at::Tensor> memory;
  double accuracy = 0;
};

template <class Source>
Ran run_through(const TrainJob& job, int losses_at_once) {
  const Context context{.threads = 1};
  const nn::ThreadCount threads(1);
  const Classification task(job, context);
  const TrainOptions& o = job.options;
  Training training(task, nn::initial_state(task.module(), Random(o.seed, "weights")), o);
  Source source(task.pictures().table(), job.subset, task.pictures().stream(0, o.steps * o.batch), c10::kCPU, context);
  LossLog log(losses_at_once);
  run_steps(training, source, schedule_of(o, o.steps), o.steps, log, [](const Batch&) {});
  log.read();
  Ran ran{log.losses(), training.memory()};
  loader::BatchOptions options = task.pictures().stream(0, std::ssize(job.subset));
  options.shuffle = false;
  options.augmentation = {};
  Source test(task.pictures().table(), job.subset, options, c10::kCPU, context);
  const auto meter = task.meter();
  while (const Batch* batch = test.next()) meter->add(training.evaluation(), *batch);
  ran.accuracy = meter->value();
  return ran;
}

TEST(DeviceBatches, ATrainingThroughThemIsTheLoaders) {
  const MemoryRows rows = noise_rows(40, 16, 3);
  const std::vector<int64_t> subset = some_rows_of(rows);
  TrainJob job{.options = {.net = "quick", .steps = 12, .batch = 16, .learning_rate = 0.02}, .rows = &rows, .subset = subset, .classes = 4};
  const Ran loader = run_through<LoaderPictures>(job, 1);
  const Ran device = run_through<DeviceBatches>(job, 5);  // 12 losses in three readings, the last one short
  EXPECT_EQ(train(job, {.threads = 1}).losses, loader.losses);
  EXPECT_EQ(device.losses, loader.losses);
  EXPECT_EQ(device.losses.size(), 12U);
  EXPECT_EQ(device.accuracy, loader.accuracy);
  for (size_t i = 0; i < loader.memory.size(); ++i) EXPECT_TRUE(at::equal(device.memory[i], loader.memory[i])) << i;
}

// Tensors on the device `meta` have shapes and no values: reading one back throws, and so does
// mixing them with tensors on the CPU.

TEST(DeviceBatches, AreMadeWithoutReadingBack) {
  const MemoryRows rows = noise_rows(12, 16, 3);
  const auto subset = all_rows_of(rows);
  const loader::ImageTable table(rows, subset, {16, 16, 3}, 1 << 20, Context{});
  DeviceBatches batches(table, subset, {.batch = 5, .samples = 12, .shuffle = true, .augmentation = {4, true}}, c10::kMeta, Context{});
  for (const int64_t count : {5, 5, 2}) {
    const Batch* batch = batches.next();
    ASSERT_NE(batch, nullptr);
    EXPECT_TRUE(batch->inputs.is_meta());
    EXPECT_TRUE(batch->targets.is_meta());
    EXPECT_EQ(batch->inputs.sizes(), (std::vector<int64_t>{count, 3, 16, 16}));
    EXPECT_TRUE(batch->inputs.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_EQ(std::ssize(batch->rows), count);
  }
  EXPECT_EQ(batches.next(), nullptr);
}

/// Counts the operations that wait for a device, called from any thread while it lives. One at a
/// time.
class WaitCounter {
 public:
  WaitCounter() : handle_(at::addGlobalCallback(at::RecordFunctionCallback(seen))) { items_ = readings_ = 0; }
  ~WaitCounter() { at::removeCallback(handle_); }
  WaitCounter(const WaitCounter&) = delete;
  WaitCounter& operator=(const WaitCounter&) = delete;
  int items() const { return items_; }        ///< single values read, or sizes that depend on values
  int readings() const { return readings_; }  ///< of LossLog

 private:
  static std::unique_ptr<at::ObserverContext> seen(const at::RecordFunction& function) {
    const std::string name = function.name();
    items_ += name == "aten::_local_scalar_dense" || name == "aten::nonzero" || name == "aten::is_nonzero" || name == "aten::equal" ||
              name == "aten::masked_select";
    readings_ += name == "aten::stack";
    return nullptr;
  }
  static inline std::atomic<int> items_;
  static inline std::atomic<int> readings_;
  at::CallbackHandle handle_;
};

TEST(Steps, ReadNothingBackButABlockOfLosses) {
  const nn::ThreadCount threads(1);
  const MemoryRows rows = noise_rows(12, 16, 3);
  const auto subset = all_rows_of(rows);
  for (const std::string optimizer : {"sgd", "adamw"}) {
    const TrainJob job{.options = {.net = "quick", .batch = 5, .optimizer = optimizer, .learning_rate = 0.001},
                       .rows = &rows,
                       .subset = subset,
                       .classes = 4};
    const Classification task(job, Context{});
    Training training(task, nn::initial_state(task.module(), Random(1, "weights")), job.options);
    const auto meter = task.meter();
    const WaitCounter counter;
    DeviceBatches batches(task.pictures().table(), subset, task.pictures().stream(0, 35), c10::kCPU, Context{});
    LossLog log(4);
    run_steps(training, batches, schedule_of(job.options, 6), 6, log, [](const Batch&) {});
    log.read();
    EXPECT_EQ(log.losses().size(), 6U);
    EXPECT_EQ(counter.readings(), 2);
    meter->add(training.evaluation(), *batches.next());
    EXPECT_EQ(counter.items(), 0) << optimizer;
    meter->value();
    EXPECT_EQ(counter.items(), 1) << "and would be seen";
  }
}

TEST(Steps, OfAnAutoencodingReadNothingBackEither) {
  const nn::ThreadCount threads(1);
  const MemoryRows rows = noise_rows(12, 16, 3);
  const auto subset = all_rows_of(rows);
  const TrainJob job{.options = {.net = "mae+width=8+heads=1+depth=1+decoder-width=8+decoder-heads=1+decoder-depth=1", .batch = 5},
                     .rows = &rows,
                     .subset = subset,
                     .test = &rows};
  const auto task = make_task(job, Context{});
  Training training(*task, nn::initial_state(task->module(), Random(1, "weights")), job.options);
  const auto meter = task->meter();
  const WaitCounter counter;
  LossLog log(4);
  run_steps(training, *task->batches(0, 35, Context{}), schedule_of(job.options, 6), 6, log, [](const Batch&) {});
  meter->add(training.evaluation(), *task->test_batches(Context{})->next());
  EXPECT_EQ(counter.items(), 0);
  meter->value();
  EXPECT_EQ(counter.items(), 1);
}

TEST(LossLog, NamesTheStepThatDivergedHoweverLateItIsRead) {
  const auto steps_until_noticed = [](int block, std::string& message) {
    LossLog log(block);
    int steps = 0;
    message = message_of([&] {
      for (; steps < 20; ++steps) {
        const float loss = steps < 7 ? 1.0F / static_cast<float>(steps + 1) : std::numeric_limits<float>::quiet_NaN();
        log.add(at::full({}, loss), 0.5 + steps);
      }
      log.read();
    });
    EXPECT_EQ(log.losses().size(), 7U);
    return steps;
  };
  std::string message;
  for (const auto& [block, noticed] : {std::pair{1, 7}, {5, 9}, {10, 9}, {50, 20}}) {
    EXPECT_EQ(steps_until_noticed(block, message), noticed) << block;
    EXPECT_THAT(message, HasSubstr("step 7:")) << block;
    EXPECT_THAT(message, HasSubstr("it was 7.5 here")) << block;
  }
}

}  // namespace
}  // namespace decant::train
