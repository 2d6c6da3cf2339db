// The loop itself: what a step is stands in training.h, where pictures come from in picture_source.h.
#pragma once

#include "decant/train/schedule.h"
#include "decant/train/torch/picture_source.h"
#include "decant/train/torch/training.h"

namespace decant::train {

/// How many losses to read back at once. On the CPU each as it comes: reading costs nothing there. Elsewhere a reading waits until the
/// device has done everything it was given, so that it and the CPU take turns instead of working at the same time: 50.
int losses_per_reading(c10::Device device);

/// The loss of every step, read back `block` steps at a time.
class LossLog {
 public:
  explicit LossLog(int block) : block_(block) {}

  /// `loss`: one value, wherever it is. Throws InputError naming the first step whose loss is not finite: up to block − 1 steps later.
  void add(const at::Tensor& loss, double rate);
  /// Reads what is still out. Throws the same.
  void read();
  /// Those that were read.
  const std::vector<float>& losses() const { return losses_; }

 private:
  int block_;
  std::vector<float> losses_;
  std::vector<at::Tensor> pending_;
  std::vector<double> rates_;  ///< of those pending
};

/// `steps` updates with the next batches of `source`, at the rates of `schedule`. Returns the loss of every step. REQUIRES: `source` has as
/// many batches.
std::vector<float> run_steps(Training& training, PictureSource& source, const Schedule& schedule, int64_t steps, int losses_per_reading,
                             const Context& context);

}  // namespace decant::train
