// A module's weights in training, for those who bring their own loss: AdamW, a limit to the
// gradient's norm, and nothing else. training.h is the same for a Task.
#pragma once

#include <memory>

#include "decant/nn/module.h"
#include "decant/train/torch/optimizer.h"

namespace decant::train {

struct UpdateOptions {
  double weight_decay = 0;
  double clip = 0;        ///< the norm of all gradients together is cut to this; 0 = not
  bool bfloat16 = false;  ///< nn::Pass::bfloat16, in training
};

class Updates {
 public:
  /// From the weights `first`, which are copied to `device`. The module must outlive this.
  Updates(const nn::Module& module, const nn::State& first, c10::Device device, const UpdateOptions& options);

  nn::Pass training() {
    return {.parameters = state_.parameters, .buffers = state_.buffers, .training = true, .once = true, .bfloat16 = bfloat16_};
  }
  nn::Pass evaluation() { return {.parameters = state_.parameters, .buffers = state_.buffers, .once = true}; }
  /// One update by the gradient of `loss`, which a pass of training() is part of; that of
  /// parameters that took no part is 0, as of a backbone's layers behind the last map that a head
  /// reads.
  void step(const at::Tensor& loss, double rate);
  const nn::State& state() const { return state_; }
  c10::Device device() const { return device_; }

 private:
  c10::Device device_;
  double clip_;
  bool bfloat16_;
  nn::State state_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace decant::train
