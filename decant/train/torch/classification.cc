#include "decant/train/torch/classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/data/subset.h"
#include "decant/nn/device.h"
#include "decant/train/torch/attack.h"

namespace decant::train {
namespace {

/// The job, if every row that it trains on or is tested on has a label.
const TrainJob& with_labels(const TrainJob& job) {
  const Subset all = Subset::all(job.test == nullptr ? 0 : job.test->size());
  if (job.rows != nullptr) loader::require_labels(*job.rows, job.subset, job.classes, job.labels);
  if (job.test != nullptr) loader::require_labels(*job.test, all, job.classes);
  return job;
}

constexpr double kOneWithin = 1e-3;  // what rounding makes of a sum of float32 probabilities

void require_distribution(std::span<const float> soft, const std::string& key) {
  const double sum = std::accumulate(soft.begin(), soft.end(), 0.0);
  if (*std::ranges::min_element(soft) >= 0 && std::abs(sum - 1) <= kOneWithin) return;
  throw InputError({"", key,
                    fmt::format("has a soft label that is no distribution: its sum is {:.3f}, its least number {:.3f}", sum,
                                *std::ranges::min_element(soft)),
                    "Train with --loss mse, as sets with such labels are"});
}

/// (rows, classes) of all rows; those that nobody trains on are zero.
at::Tensor soft_labels_for(const TrainJob& job, c10::Device device) {
  const bool distributions = job.options.loss == "cross-entropy";
  at::Tensor all = at::zeros({job.rows->size(), job.classes}, at::kFloat);
  for (const int64_t row : job.subset) {
    const std::span<const float> soft = job.rows->soft_label(row);
    if (std::ssize(soft) != job.classes)
      throw InputError({"", job.rows->key(row),
                        soft.empty() ? std::string("has no soft label")
                                     : fmt::format("has a soft label of {} classes, but {} are taught", soft.size(), job.classes),
                        fmt::format("Omit --{}", kSoftLabelsOption)});
    if (distributions) require_distribution(soft, job.rows->key(row));
    std::ranges::copy(soft, all.data_ptr<float>() + row * job.classes);
  }
  return all.to(device);
}

/// Throws InputError where they are of another number of classes, or of other pictures.
void require_labels_of_views(const TrainJob& job) {
  if (job.options.loss != "cross-entropy")
    throw InputError({"", "loss", fmt::format("{} cannot learn what a teacher said of views", job.options.loss),
                      fmt::format("Use --loss cross-entropy, or omit --{}", kSoftLabelsOption)});
  if (job.options.cutmix > 0)
    throw InputError({"", "cutmix", "mixes pictures, and the labels of views are of each picture by itself",
                      fmt::format("Omit --cutmix, or --{}", kSoftLabelsOption)});
  for (const int64_t row : job.subset) {
    const int64_t classes = job.rows->views(row).labels->classes();
    if (classes != job.classes)
      throw InputError({"", job.rows->key(row), fmt::format("has labels of {} classes, but {} are taught", classes, job.classes),
                        fmt::format("Omit --{}", kSoftLabelsOption)});
  }
}

class TopOne final : public Meter {
 public:
  TopOne(const nn::Classifier& network, c10::Device device, bool keep)
      : network_(network), right_(at::zeros({}, at::TensorOptions(device).dtype(at::kLong))), keep_(keep) {}

  void add(const nn::Pass& pass, const Batch& batch) override {
    const at::Tensor logits = network_.forward(pass, batch.inputs);
    right_.add_(logits.argmax(1).eq(batch.targets).sum());
    count_ += batch.count;
    if (keep_) kept_.push_back(logits.detach().to(at::kCPU, at::kFloat));
  }
  std::vector<float> logits() const override {
    if (kept_.empty()) return {};
    const at::Tensor all = at::cat(kept_).contiguous();
    return {all.data_ptr<float>(), all.data_ptr<float>() + all.numel()};
  }
  double value() const override { return right_.item<double>() / static_cast<double>(count_); }

 private:
  const nn::Classifier& network_;
  at::Tensor right_;
  bool keep_;
  nn::Tensors kept_;
  int64_t count_ = 0;
};

}  // namespace

Classification::Classification(const TrainJob& job, const Context& context)
    : job_(job),
      device_(nn::device_named(job.options.device)),
      pictures_(with_labels(job), device_, context),
      network_(nn::make_network({job.options.net, pictures_.size(), job.classes})) {
  if (!job.options.soft_labels || job.rows == nullptr) return;
  teaches_views_ = views_taught(job).has_value();
  if (teaches_views_) {
    require_labels_of_views(job);
  } else {
    soft_labels_ = soft_labels_for(job, device_);
  }
}

at::Tensor Classification::view_loss(const at::Tensor& logits, const Batch& batch) const {
  const int64_t first = (job_.first_step + batch.number) * job_.options.batch;
  const LabelMoment moment = pictures_.moment_of(first);
  if (!moment.soft) return smoothed_cross_entropy(logits, batch.targets, moment.smoothing);
  const at::Tensor taught = at::empty({batch.count, job_.classes}, at::kFloat);
  const std::span<float> values(taught.data_ptr<float>(), static_cast<size_t>(taught.numel()));
  for (int64_t i = 0; i < batch.count; ++i) {
    const ViewsOfRow views = job_.rows->views(batch.rows[static_cast<size_t>(i)]);
    const auto own = values.subspan(static_cast<size_t>(i * job_.classes), static_cast<size_t>(job_.classes));
    views.labels->logits(views.row, pictures_.view_taught(first + i), own);
    soften(own, moment.given_temperature);
  }
  const double own = moment.own_temperature;
  return divergence(logits / own, taught.to(device_)) * own;
}

at::Tensor Classification::soft_labels_of(std::span<const int64_t> rows) const {
  const at::Tensor places = at::empty({std::ssize(rows)}, at::kLong);
  std::ranges::copy(rows, places.data_ptr<int64_t>());
  return soft_labels_.index_select(0, places.to(device_));
}

at::Tensor Classification::loss_on(const at::Tensor& logits, const at::Tensor& targets, std::span<const int64_t> rows) const {
  const TrainOptions& options = job_.options;
  if (options.loss == "mse") {
    const at::Tensor taught =
        soft_labels_.defined() ? soft_labels_of(rows) : at::one_hot(targets, job_.classes).to(logits.scalar_type()) - 1.0 / job_.classes;
    return squared_error(logits, taught * options.label_scale);
  }
  if (soft_labels_.defined()) return soft_cross_entropy(logits, soft_labels_of(rows), options.label_smoothing);
  return smoothed_cross_entropy(logits, targets, options.label_smoothing);
}

at::Tensor Classification::loss(const nn::Pass& pass, const Batch& batch, Outputs* seen) const {
  const at::Tensor embedding = network_->embed(pass, batch.inputs);
  const at::Tensor logits = network_->classify(pass, embedding);
  if (seen != nullptr) *seen = {embedding.detach(), logits.detach()};
  if (teaches_views_) return view_loss(logits, batch);
  const at::Tensor own = loss_on(logits, batch.targets, batch.rows);
  const Partners& partners = batch.partners;
  if (partners.own_share == 1) return own;
  return own * partners.own_share + loss_on(logits, partners.targets, partners.rows) * (1 - partners.own_share);
}

std::unique_ptr<Meter> Classification::meter() const {
  return std::make_unique<TopOne>(*network_, device_, job_.keep_logits);
}

std::unique_ptr<Meter> Classification::attacked_meter() const {
  return attacked_top_1(*network_, device_, pictures_.statistics());
}

at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing) {
  const at::Tensor log_p = at::log_softmax(logits, 1);
  const at::Tensor own = at::nll_loss(log_p, labels);
  if (smoothing == 0) return own;
  const at::Tensor all = log_p.sum(1).neg().mean();
  return own.mul(1 - smoothing).add(all.mul(smoothing / static_cast<double>(logits.size(1))));
}

at::Tensor soft_cross_entropy(const at::Tensor& logits, const at::Tensor& soft, double smoothing) {
  const at::Tensor taught = soft * (1 - smoothing) + smoothing / static_cast<double>(logits.size(1));
  return -(taught * at::log_softmax(logits, 1)).sum(1).mean();
}

at::Tensor divergence(const at::Tensor& logits, const at::Tensor& soft) {
  const at::Tensor own = at::log_softmax(logits, 1);
  return (soft * (at::log(soft.clamp_min(std::numeric_limits<float>::min())) - own)).sum(1).mean();
}

at::Tensor squared_error(const at::Tensor& logits, const at::Tensor& targets) {
  return (logits - targets).square().sum(1).mean() * 0.5;
}

}  // namespace decant::train
