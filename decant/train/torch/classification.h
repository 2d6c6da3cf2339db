// The task of naming a picture's class: augmented pictures, label-smoothed cross entropy, top-1
// accuracy.
#pragma once

#include "decant/nn/network.h"
#include "decant/train/torch/training_pictures.h"

namespace decant::train {

class Classification final : public Task {
 public:
  /// Decodes the pictures (unless the job brings a table), measures their channels, and makes the
  /// network. Throws InputError for rows without a label below `classes`, and what decoding and
  /// nn::make_network() throw. The job must outlive this; its rows may be missing if it is only to
  /// be tested.
  Classification(const TrainJob& job, const Context& context);

  const nn::Module& module() const override { return *network_; }
  c10::Device device() const override { return device_; }
  std::unique_ptr<BatchSource> batches(int64_t first, int64_t samples, const Context& context) const override {
    return pictures_.batches(first, samples, context);
  }
  std::unique_ptr<BatchSource> test_batches(const Context& context) const override { return pictures_.test_batches(context); }
  int64_t test_rows() const override { return pictures_.test_rows(); }
  at::Tensor loss(const nn::Pass& pass, const Batch& batch, Outputs* seen) const override;
  std::unique_ptr<Meter> meter() const override;
  Metric metric() const override { return top_1(); }

  const TrainingPictures& pictures() const { return pictures_; }

 private:
  const TrainJob& job_;
  c10::Device device_;
  TrainingPictures pictures_;
  std::unique_ptr<const nn::Classifier> network_;
};

/// −Σ_c q_c log p_c, the mean over the batch, where p = softmax(logits) and q is 1 − s on the
/// label's class with s spread evenly over all. Values and gradients are those of
/// at::cross_entropy_loss to the last bit; but that one looks for labels to be ignored, and on a
/// device waits for what it finds.
at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing);

}  // namespace decant::train
