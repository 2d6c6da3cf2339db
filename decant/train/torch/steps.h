// The loop: updates, and then the test. What an update is stands in training.h; whose batches, loss
// and meter, in task.h.
#pragma once

#include <functional>

#include "decant/train/diverged.h"
#include "decant/train/schedule.h"
#include "decant/train/torch/training.h"

namespace decant::train {

/// The learning rates of `steps` updates.
Schedule schedule_of(const TrainOptions& options, int64_t steps);

/// How many losses to read back at once. On the CPU each as it comes: reading costs nothing there.
/// Elsewhere a reading waits until the device has done everything it was given, so that it and the
/// CPU take turns instead of working at the same time: 50.
int losses_per_reading(c10::Device device);

/// The loss of every step, read back `block` steps at a time.
class LossLog {
 public:
  /// `first`: the number of the first step to come.
  explicit LossLog(int block, int64_t first = 0) : block_(block), first_(first) {}

  /// `loss`: one value, wherever it is. Throws Diverged for the first step whose loss is not
  /// finite: up to block − 1 steps later.
  void add(const at::Tensor& loss, double rate);
  /// Reads what is still out. Throws the same.
  void read();
  /// Those that were read.
  const std::vector<float>& losses() const { return losses_; }
  /// The number of the step to come.
  int64_t next_step() const { return first_ + std::ssize(losses_) + std::ssize(pending_); }

 private:
  int block_;
  int64_t first_;
  std::vector<float> losses_;
  nn::Tensors pending_;
  std::vector<double> rates_;  ///< of those pending
};

/// What a training says of its loss at the end. REQUIRES: one or more.
double mean_of_last_tenth(const std::vector<float>& losses);

/// `steps` updates with the next batches of `source`, at the rates of `schedule`; each loss goes to
/// `log`, which says which step comes first. `after` is called after each, and finds in `seen`,
/// unless that is null, what the module gave. REQUIRES: `source` has as many batches.
void run_steps(Training& training, BatchSource& source, const Schedule& schedule, int64_t steps, LossLog& log,
               const std::function<void(const Batch&)>& after, Outputs* seen = nullptr);

/// What `meter` says of the task's test rows, at the training's weights. REQUIRES: the task has
/// some.
double run_test(Training& training, const Task& task, Meter& meter, const Context& context);

}  // namespace decant::train
