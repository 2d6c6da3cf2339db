#include "decant/train/torch/classification.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/zeros.h>

#include "decant/base/errors.h"
#include "decant/data/subset.h"
#include "decant/nn/device.h"

namespace decant::train {
namespace {

/// The job, if every row that it trains on or is tested on has a label.
const TrainJob& with_labels(const TrainJob& job) {
  const Subset all = Subset::all(job.test == nullptr ? 0 : job.test->size());
  if (job.rows != nullptr) loader::require_labels(*job.rows, job.subset, job.classes, job.labels);
  if (job.test != nullptr) loader::require_labels(*job.test, all, job.classes);
  return job;
}

class TopOne final : public Meter {
 public:
  TopOne(const nn::Classifier& network, c10::Device device)
      : network_(network), right_(at::zeros({}, at::TensorOptions(device).dtype(at::kLong))) {}

  void add(const nn::Pass& pass, const Batch& batch) override {
    right_.add_(network_.forward(pass, batch.inputs).argmax(1).eq(batch.targets).sum());
    count_ += batch.count;
  }
  double value() const override { return right_.item<double>() / static_cast<double>(count_); }

 private:
  const nn::Classifier& network_;
  at::Tensor right_;
  int64_t count_ = 0;
};

}  // namespace

Classification::Classification(const TrainJob& job, const Context& context)
    : job_(job),
      device_(nn::device_named(job.options.device)),
      pictures_(with_labels(job), device_, context),
      network_(nn::make_network({job.options.net, pictures_.size(), job.classes})) {}

at::Tensor Classification::loss(const nn::Pass& pass, const Batch& batch, Outputs* seen) const {
  const at::Tensor embedding = network_->embed(pass, batch.inputs);
  const at::Tensor logits = network_->classify(pass, embedding);
  if (seen != nullptr) *seen = {embedding.detach(), logits.detach()};
  return smoothed_cross_entropy(logits, batch.targets, job_.options.label_smoothing);
}

std::unique_ptr<Meter> Classification::meter() const {
  return std::make_unique<TopOne>(*network_, device_);
}

at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing) {
  const at::Tensor log_p = at::log_softmax(logits, 1);
  const at::Tensor own = at::nll_loss(log_p, labels);
  if (smoothing == 0) return own;
  const at::Tensor all = log_p.sum(1).neg().mean();
  return own.mul(1 - smoothing).add(all.mul(smoothing / static_cast<double>(logits.size(1))));
}

}  // namespace decant::train
