#include "decant/train/torch/steps.h"

#include <ATen/ops/stack.h>
#include <cmath>

#include "decant/train/torch/setting.h"

namespace decant::train {

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
    if (!std::isfinite(loss)) throw_diverged(std::ssize(losses_), loss, rates_[i]);
    losses_.push_back(loss);
  }
  pending_.clear();
  rates_.clear();
}

std::vector<float> run_steps(Training& training, PictureSource& source, const Schedule& schedule, int64_t steps, int losses_per_reading,
                             const Context& context) {
  Stage stage(context, "train", steps, "steps");
  LossLog log(losses_per_reading);
  for (int64_t step = 0; step < steps; ++step) {
    const PictureBatch& batch = *source.next();
    const double rate = schedule.at(step);
    log.add(training.step(batch.images, batch.labels, rate), rate);
    stage.advance();
  }
  log.read();
  return log.losses();
}

}  // namespace decant::train
