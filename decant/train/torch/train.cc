// A training from its job to its result. The loop is in steps.h, what is learnt is a task
// (tasks.h).
#include "decant/train/train.h"

#include "decant/base/errors.h"
#include "decant/base/stopwatch.h"
#include "decant/nn/device.h"
#include "decant/nn/state_values.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/torch/steps.h"
#include "decant/train/torch/tasks.h"

namespace decant::train {
namespace {

void train_steps(Training& training, const Task& task, const TrainJob& job, const Context& context, TrainResult& result) {
  const TrainOptions& options = job.options;
  const int64_t all = steps_of(options, std::ssize(job.subset));
  const int64_t last = job.last_step == 0 ? all : job.last_step;
  DECANT_CHECK(0 <= job.first_step && job.first_step <= last && last <= all, ==, true);
  if (job.first_step == last) return;
  result.steps = last - job.first_step;
  const auto source = task.batches(job.first_step * options.batch, result.steps * options.batch, context);
  LossLog log(losses_per_reading(task.device()), job.first_step);
  Stage stage(context, "train", result.steps, "steps");
  run_steps(training, *source, schedule_of(options, all), result.steps, log, [&](const Batch&) { stage.advance(); });
  log.read();
  result.losses = log.losses();
  result.input_seconds = source->waited();
}

void test(Training& training, const Task& task, const TrainJob& job, const Context& context, TrainResult& result) {
  result.metric = task.metric();
  result.test_rows = task.test_rows();
  if (result.test_rows == 0) return;
  const auto meter = task.meter();
  result.value = run_test(training, task, *meter, context);
  result.logits = meter->logits();
  if (!job.attack) return;
  const auto attacked = task.attacked_meter();
  DECANT_CHECK(attacked != nullptr, ==, true);
  result.attacked = run_test(training, task, *attacked, context);
}

}  // namespace

TrainResult train(const TrainJob& asked, const Context& context) {
  const Stopwatch clock;
  check(asked.options);
  TrainJob job = asked;
  job.options.batch = batch_of(asked.options, std::ssize(asked.subset));
  DECANT_CHECK(job.rows != nullptr, ==, true);
  if (job.subset.empty()) throw InputError({"", "", "there are no training pictures", "Keep at least one"});
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const auto task = make_task(job, context);
  nn::State state = nn::initial_state(task->module(), Random(job.options.seed, "weights"));
  if (!job.weights.empty()) nn::set_values(state, job.weights);
  Training training(*task, state, job.options);
  TrainResult result;
  train_steps(training, *task, job, context, result);
  if (!result.losses.empty()) result.final_loss = mean_of_last_tenth(result.losses);
  if (!job.save_weights.empty()) nn::save_weights(task->module(), training.state(), job.save_weights, task->notes());
  if (job.keep_weights) result.weights = nn::values_of(training.state());
  test(training, *task, job, context, result);
  result.seconds = clock.seconds();
  return result;
}

TrainResult measure(const TrainJob& job, const std::filesystem::path& weights, const Context& context) {
  const Stopwatch clock;
  check(job.options);
  DECANT_CHECK(job.test != nullptr, ==, true);
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const auto task = make_task(job, context);
  Training training(*task, nn::load_weights(task->module(), weights), job.options);
  TrainResult result;
  if (job.keep_weights) result.weights = nn::values_of(training.state());
  test(training, *task, job, context, result);
  result.seconds = clock.seconds();
  return result;
}

}  // namespace decant::train
