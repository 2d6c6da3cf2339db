// The task of naming a picture's class: augmented pictures, a loss, top-1 accuracy.
//
// With z the logits of C classes, p = softmax(z), s the label smoothing and q what a row teaches, 1
// for its class and 0 for the others, or its soft label, the losses are, as means over a batch,
//
//     cross-entropy    −Σ_c ((1 − s)·q_c + s/C) · log p_c
//     mse              ½ Σ_c (z_c − t_c)²,  t = scale · (q − 1/C) of a class, scale · q of a soft label
//
// Where views have labels (data/view_labels.h), q is what they say, softened by a temperature T, p
// is softened by T' = T as well (Hinton et al., arXiv:1503.02531), and the loss is T' Σ_c q_c
// log(q_c / p_c): its gradient, p − q, is bounded as that of a class is, whatever the temperature
// and however sure the teacher. The paper's factor T'² is meant for logits that are small next to
// T'; those of a teacher that knows its rows are not, and rates that suit classes then diverge. A
// schedule of labels may say otherwise of T and T' (label_schedule.h).
//
// Where a batch shows partners (train/cutmix.h), the first two losses are taken for both, each by
// its share.
//
// The second is how FRePo trains what it distilled, on q as it learnt them (Zhou, Nezhadarya and
// Ba, NeurIPS 2022; the code published with it). Soft labels of a squared error are numbers of any
// size, so cross entropy refuses what is no distribution: trained so, such sets teach next to
// nothing.
#pragma once

#include "decant/nn/network.h"
#include "decant/train/torch/training_pictures.h"

namespace decant::train {

class Classification final : public Task {
 public:
  /// Decodes the pictures (unless the job brings a table), measures their channels, and makes the
  /// network. Throws InputError for rows without a label below `classes`, for soft labels that are
  /// asked for and not there, of another number of classes, or no distribution where the loss asks
  /// for one; and what decoding and nn::make_network() throw. The job must outlive this; its rows
  /// may be missing if it is only to be tested.
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
  std::unique_ptr<Meter> attacked_meter() const override;
  Metric metric() const override { return top_1(); }

  const TrainingPictures& pictures() const { return pictures_; }

 private:
  at::Tensor soft_labels_of(std::span<const int64_t> rows) const;
  at::Tensor loss_on(const at::Tensor& logits, const at::Tensor& targets, std::span<const int64_t> rows) const;
  at::Tensor view_loss(const at::Tensor& logits, const Batch& batch) const;

  const TrainJob& job_;
  c10::Device device_;
  TrainingPictures pictures_;
  std::unique_ptr<const nn::Classifier> network_;
  at::Tensor soft_labels_;      ///< (rows, classes) of all rows, where they are taught; else none
  bool teaches_views_ = false;  ///< what their labels say
};

/// −Σ_c q_c log p_c, the mean over the batch, where p = softmax(logits) and q is 1 − s on the
/// label's class with s spread evenly over all. Values and gradients are those of
/// at::cross_entropy_loss to the last bit; but that one looks for labels to be ignored, and on a
/// device waits for what it finds.
at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing);

/// The same of soft labels: both (batch, classes).
at::Tensor soft_cross_entropy(const at::Tensor& logits, const at::Tensor& soft, double smoothing);

/// Σ_c q_c (log q_c − log p_c), the mean over the batch: the cross-entropy less what is the least
/// it can be, so that it ends near 0 where all is learnt.
at::Tensor divergence(const at::Tensor& logits, const at::Tensor& soft);

/// The mean over the batch of ½ Σ_c (logits − targets)²: both (batch, classes).
at::Tensor squared_error(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace decant::train
