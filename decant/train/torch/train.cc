// A training from its job to its result. The loop is in steps.h, what a step is in training.h, where pictures come from in
// picture_source.h.
#include "decant/train/train.h"

#include <ATen/ops/zeros.h>
#include <numeric>
#include <optional>

#include "decant/base/errors.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/torch/setting.h"
#include "decant/train/torch/steps.h"

namespace decant::train {
namespace {

constexpr int kTestBatch = 256;

void run_training(Training& training, const Setting& setting, const TrainJob& job, const Context& context, TrainResult& result) {
  const TrainOptions& options = job.options;
  const int64_t steps = steps_of(options, std::ssize(job.subset));
  const auto source = open_pictures(*setting.table, job.subset,
                                    {.batch = options.batch,
                                     .samples = steps * options.batch,
                                     .shuffle = true,
                                     .seed = options.seed,
                                     .augmentation = {options.crop, options.flip},
                                     .normalisation = setting.normalisation},
                                    setting.device, context);
  result.losses = run_steps(training, *source, schedule_of(options, steps), steps, losses_per_reading(setting.device), context);
  result.steps = steps;
  result.input_seconds = source->waited();
}

double mean_of_last_tenth(const std::vector<float>& losses) {
  const auto count = std::max<ptrdiff_t>(1, static_cast<ptrdiff_t>(losses.size() / 10));
  return std::accumulate(losses.end() - count, losses.end(), 0.0) / static_cast<double>(count);
}

void run_test(Training& training, const Setting& setting, const TrainJob& job, const Context& context, TrainResult& result) {
  const std::vector<int64_t> rows = all_of(*job.test);
  if (rows.empty()) return;
  std::optional<loader::ImageTable> own;
  if (!job.test_table) own.emplace(*job.test, rows, setting.table->size(), 0, context);  // read once, so not kept
  const loader::ImageTable& table = job.test_table ? *job.test_table : *own;
  DECANT_CHECK(table.size() == setting.table->size(), ==, true);
  const auto source = open_pictures(
      table, rows, {.batch = kTestBatch, .samples = static_cast<int64_t>(rows.size()), .normalisation = setting.normalisation},
      setting.device, context);
  Stage stage(context, "test", static_cast<int64_t>(rows.size()), "images");
  const at::Tensor right = at::zeros({}, at::TensorOptions(setting.device).dtype(at::kLong));
  while (const PictureBatch* batch = source->next()) {
    right.add_(training.count_right(batch->images, batch->labels));
    stage.advance(batch->count);
  }
  result.test_rows = static_cast<int64_t>(rows.size());
  result.accuracy = right.item<double>() / static_cast<double>(rows.size());
}

void require_test(const TrainJob& job) {
  if (job.test != nullptr) loader::require_labels(*job.test, all_of(*job.test), job.classes);
}

}  // namespace

TrainResult train(const TrainJob& job, const Context& context) {
  const Clock clock;
  check(job.options);
  DECANT_CHECK(job.rows != nullptr, ==, true);
  if (job.subset.empty()) throw InputError({"", "", "there are no pictures to train on", "Keep at least one"});
  loader::require_labels(*job.rows, job.subset, job.classes);
  require_test(job);

  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const Setting setting(job, context);
  Training training(*setting.network, nn::initial_state(*setting.network, Random(job.options.seed, "weights")), job.options,
                    setting.device);
  TrainResult result;
  run_training(training, setting, job, context, result);
  result.final_loss = mean_of_last_tenth(result.losses);
  if (!job.save_weights.empty()) nn::save_weights(*setting.network, training.state(), job.save_weights);
  if (job.test != nullptr) run_test(training, setting, job, context, result);
  result.seconds = clock.seconds();
  return result;
}

TrainResult measure(const TrainJob& job, const std::filesystem::path& weights, const Context& context) {
  const Clock clock;
  check(job.options);
  DECANT_CHECK(job.test != nullptr, ==, true);
  require_test(job);

  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const Setting setting(job, context);
  Training training(*setting.network, nn::load_weights(*setting.network, weights), job.options, setting.device);
  TrainResult result;
  run_test(training, setting, job, context, result);
  result.seconds = clock.seconds();
  return result;
}

}  // namespace decant::train
