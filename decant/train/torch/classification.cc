#include "decant/train/torch/classification.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/zeros.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/nn/device.h"
#include "decant/nn/normalisation.h"
#include "decant/train/torch/picture_source.h"

namespace decant::train {
namespace {

constexpr int kTestBatch = 256;

std::vector<int64_t> all_of(const Rows* rows) {
  std::vector<int64_t> all(rows == nullptr ? 0 : static_cast<size_t>(rows->size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

loader::Normalisation normalisation_of(const loader::ImageTable& table, std::span<const int64_t> rows, const Context& context) {
  const auto pixels = nn::pixel_statistics(table, rows, context);
  const auto channels = static_cast<size_t>(pixels.channels);
  return loader::normalisation_of(std::span(pixels.mean).first(channels), std::span(pixels.deviation).first(channels));
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
      test_rows_(all_of(job.test)),
      table_(job.table),
      test_table_(job.test_table) {
  const Rows& rows = job.rows != nullptr ? *job.rows : *job.test;
  const std::span<const int64_t> subset = job.rows != nullptr ? job.subset : std::span<const int64_t>(test_rows_);
  loader::require_labels(rows, subset, job.classes, job.rows != nullptr ? job.labels : std::span<const int32_t>());
  if (job.test != nullptr) loader::require_labels(*job.test, test_rows_, job.classes);
  if (!table_) {
    const ImageSize size = loader::training_size(rows, subset, job.options.image_size, context);
    table_ = std::make_shared<loader::ImageTable>(rows, subset, size, loader::kKeptBytes, context);
  }
  constexpr int64_t kept_bytes = 0;  // test pictures are read once
  if (job.test != nullptr && !test_table_)
    test_table_ = std::make_shared<loader::ImageTable>(*job.test, test_rows_, table_->size(), kept_bytes, context);
  normalisation_ = normalisation_of(*table_, subset, context);
  network_ = nn::make_network({job.options.net, table_->size(), job.classes});
}

loader::BatchOptions Classification::stream(int64_t first, int64_t samples) const {
  const TrainOptions& options = job_.options;
  return {.batch = options.batch,
          .first = first,
          .samples = samples,
          .shuffle = true,
          .seed = options.seed,
          .augmentation = {options.crop, options.flip},
          .normalisation = normalisation_,
          .labels = job_.labels};
}

std::unique_ptr<BatchSource> Classification::batches(int64_t first, int64_t samples, const Context& context) const {
  return open_pictures(*table_, job_.subset, stream(first, samples), device_, context);
}

std::unique_ptr<BatchSource> Classification::test_batches(const Context& context) const {
  DECANT_CHECK(test_table_->size() == table_->size(), ==, true);
  return open_pictures(*test_table_, test_rows_, {.batch = kTestBatch, .samples = test_rows(), .normalisation = normalisation_}, device_,
                       context);
}

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
