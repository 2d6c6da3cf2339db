// A network in training: its tensors on their device, in the memory format that is fast there, and one update at a time.
#pragma once

#include "decant/loader/batches.h"
#include "decant/nn/network.h"
#include "decant/train/torch/optimizer.h"
#include "decant/train/train.h"

namespace decant::train {

/// float32 (count, channels, height, width) in channels-last, on `device`. On the CPU a view of the batch: nothing is copied.
at::Tensor images_of(const loader::Batch& batch, ImageSize size, c10::Device device);
at::Tensor labels_of(const loader::Batch& batch, c10::Device device);

/// −Σ_c q_c log p_c, the mean over the batch, where p = softmax(logits) and q is 1 − s on the label's class with s spread evenly over all.
/// Values and gradients are those of at::cross_entropy_loss to the last bit; but that one looks for labels to be ignored, and on a
/// device waits for what it finds.
at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing);

/// The same tensors on `device`, those of four dimensions in channels-last.
nn::State placed_on(const nn::State& state, c10::Device device);

class Training {
 public:
  /// `network` must outlive this. The weights in `state` are copied only where device or format ask for it.
  Training(const nn::Classifier& network, const nn::State& state, const TrainOptions& options, c10::Device device);

  /// What the network gave, before the update.
  struct Output {
    at::Tensor embedding;  ///< (batch, embedding width)
    at::Tensor logits;     ///< (batch, classes)
  };
  /// Forward, label-smoothed cross entropy, backward, update with rate η. Returns the loss before the update: one float32 on the device,
  /// where the step may still be running.
  at::Tensor step(const at::Tensor& images, const at::Tensor& labels, double rate, Output* output = nullptr);

  /// How many pictures have their largest output where the label is, in evaluation mode: one int64 on the device.
  at::Tensor count_right(const at::Tensor& images, const at::Tensor& labels);

  /// The weights as they are now: shared tensors, not copies.
  const nn::State& state() const { return state_; }

  /// Everything that the next step follows from: weights, running statistics, what the optimizer remembers. Shared tensors.
  std::vector<at::Tensor> memory() const;
  /// Goes on as if `steps` steps had left `memory`. The values are copied.
  void restore(const std::vector<at::Tensor>& memory, int64_t steps);

 private:
  const nn::Classifier& network_;
  double label_smoothing_;
  nn::State state_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace decant::train
