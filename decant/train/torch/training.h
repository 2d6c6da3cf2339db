// A module in training: its tensors on their device, in the memory format that is fast there, and
// one update at a time.
#pragma once

#include "decant/train/torch/optimizer.h"
#include "decant/train/torch/task.h"
#include "decant/train/train.h"

namespace decant::train {

/// The same tensors on `device`, those of four dimensions in `format`.
nn::State placed_on(const nn::State& state, c10::Device device, at::MemoryFormat format = at::MemoryFormat::ChannelsLast);

/// Of TrainOptions::precision. Throws InputError where the processor does not compute in it.
bool in_bfloat16(const std::string& precision, c10::Device device);

class Training {
 public:
  /// `task` must outlive this. The weights in `state` are copied only where device or format ask
  /// for it.
  Training(const Task& task, const nn::State& state, const TrainOptions& options);

  /// Forward, the task's loss, backward, update with rate η. Returns the loss before the update:
  /// one float32 on the device, where the step may still be running. `seen`, unless null, gets what
  /// the module gave before the update.
  at::Tensor step(const Batch& batch, double rate, Outputs* seen = nullptr);

  /// The weights as they are now: shared tensors, not copies.
  const nn::State& state() const { return state_; }
  /// Evaluation at these weights.
  nn::Pass evaluation() { return {.parameters = state_.parameters, .buffers = state_.buffers, .once = true}; }

  /// Everything that the next step follows from: weights, running statistics, what the optimizer
  /// remembers. Shared tensors.
  nn::Tensors memory() const;
  /// Goes on as if `steps` steps had left `memory`. The values are copied.
  void restore(const nn::Tensors& memory, int64_t steps);

 private:
  const Task& task_;
  nn::State state_;
  bool bfloat16_;
  double clip_norm_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace decant::train
