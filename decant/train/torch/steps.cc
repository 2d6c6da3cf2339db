#include "decant/train/torch/steps.h"

#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <numeric>

namespace decant::train {

Schedule schedule_of(const TrainOptions& options, int64_t steps) {
  const auto warmup = static_cast<int64_t>(std::llround(options.warmup * static_cast<double>(steps)));
  return {decay_named(options.schedule), options.learning_rate, steps, std::min(warmup, steps - 1)};
}

int losses_per_reading(c10::Device device) {
  return device.is_cpu() ? 1 : 50;
}

void LossLog::add(const at::Tensor& loss, double rate) {
  pending_.push_back(loss);
  rates_.push_back(rate);
  if (std::ssize(pending_) >= block_) read();
}

void LossLog::read() {
  if (pending_.empty()) return;
  const at::Tensor values = at::stack(pending_).to(at::kCPU, at::kFloat);
  for (size_t i = 0; i < rates_.size(); ++i) {
    const float loss = values.data_ptr<float>()[i];
    if (!std::isfinite(loss)) throw Diverged(first_ + std::ssize(losses_), loss, rates_[i]);
    losses_.push_back(loss);
  }
  pending_.clear();
  rates_.clear();
}

double mean_of_last_tenth(const std::vector<float>& losses) {
  const auto count = std::max<ptrdiff_t>(1, std::ssize(losses) / 10);
  return std::accumulate(losses.end() - count, losses.end(), 0.0) / static_cast<double>(count);
}

void run_steps(Training& training, BatchSource& source, const Schedule& schedule, int64_t steps, LossLog& log,
               const std::function<void(const Batch&)>& after, Outputs* seen) {
  for (int64_t i = 0; i < steps; ++i) {
    const Batch& batch = *source.next();
    const double rate = schedule.at(log.next_step());
    log.add(training.step(batch, rate, seen), rate);
    after(batch);
  }
}

double run_test(Training& training, const Task& task, Meter& meter, const Context& context) {
  const c10::NoGradGuard no_grad;
  const auto source = task.test_batches(context);
  Stage stage(context, "test", task.test_rows(), "images");
  while (const Batch* batch = source->next()) {
    meter.add(training.evaluation(), *batch);
    stage.advance(batch->count);
  }
  return meter.value();
}

}  // namespace decant::train
