#include "decant/train/torch/autoencoding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>
#include <functional>

#include "decant/base/errors.h"
#include "decant/nn/device.h"

namespace decant::train {
namespace {

constexpr int64_t kBatchesDrawn = 50;  // at once, since each copy to a device waits for it

/// Says what is hidden of the pictures of another source.
class HidingSource final : public BatchSource {
 public:
  /// Which patches are seen of sample `number` of the source, whose row is `row`.
  using Draw = std::function<std::vector<int64_t>(int64_t number)>;

  HidingSource(std::unique_ptr<BatchSource> pictures, int batch, int64_t samples, c10::Device device, Draw draw)
      : pictures_(std::move(pictures)), batch_size_(batch), samples_(samples), device_(device), draw_(std::move(draw)) {}

  const Batch* next() override {
    const Batch* pictures = pictures_->next();
    if (pictures == nullptr) return nullptr;
    batch_ = *pictures;
    const int64_t first = batch_.number * batch_size_;
    if (first >= end_) draw_ahead(first);
    batch_.targets = seen_.narrow(0, first - begin_, batch_.count);
    return &batch_;
  }
  double waited() const override { return pictures_->waited(); }

 private:
  void draw_ahead(int64_t first) {
    begin_ = first;
    end_ = std::min(samples_, first + kBatchesDrawn * batch_size_);
    std::vector<int64_t> all;
    for (int64_t number = begin_; number < end_; ++number) {
      const std::vector<int64_t> seen = draw_(number);
      all.insert(all.end(), seen.begin(), seen.end());
    }
    seen_ = at::tensor(all, at::kLong).view({end_ - begin_, std::ssize(all) / (end_ - begin_)}).to(device_);
  }

  std::unique_ptr<BatchSource> pictures_;
  int64_t batch_size_;
  int64_t samples_;
  c10::Device device_;
  Draw draw_;
  Batch batch_;
  at::Tensor seen_;  ///< of samples begin_ … end_ − 1
  int64_t begin_ = 0;
  int64_t end_ = 0;
};

/// Once for every value of a patch.
at::Tensor of_patch(const std::array<float, 3>& channels, const nn::Autoencoder& network, c10::Device device) {
  const auto count = static_cast<size_t>(network.spec().input.channels);
  const std::vector<float> values(channels.begin(), channels.begin() + static_cast<ptrdiff_t>(count));
  return at::tensor(values, at::kFloat).repeat({network.patch_side() * network.patch_side()}).to(device);
}

class HiddenPsnr final : public Meter {
 public:
  HiddenPsnr(const nn::Autoencoder& network, const nn::PixelStatistics& pixels, c10::Device device)
      : network_(network),
        mean_(of_patch(pixels.mean, network, device)),
        deviation_(of_patch(pixels.deviation, network, device)),
        squares_(at::zeros({}, at::TensorOptions(device).dtype(at::kDouble))) {}

  void add(const nn::Pass& pass, const Batch& batch) override {
    const at::Tensor target = nn::cut_into_patches(batch.inputs, network_.patch_side());
    at::Tensor predicted = network_.forward(pass, batch.inputs, {batch.targets});
    if (network_.predicts_normalised()) predicted = predicted * target.std(-1, true, true) + target.mean(-1, true);
    const at::Tensor pixels = (predicted * deviation_ + mean_).clamp(0, 1);
    squares_.add_(hidden_error(pixels, target * deviation_ + mean_, {batch.targets}).to(at::kDouble) * batch.count);
    count_ += batch.count;
  }
  double value() const override { return -10 * std::log10(squares_.item<double>() / static_cast<double>(count_)); }

 private:
  const nn::Autoencoder& network_;
  at::Tensor mean_;
  at::Tensor deviation_;
  at::Tensor squares_;  ///< of each picture the mean over its hidden pixels, of which all have as many
  int64_t count_ = 0;
};

std::string numbers(const std::array<float, 3>& values, int count) {
  return fmt::format("{}", fmt::join(values.begin(), values.begin() + count, " "));
}

/// The job, if its pictures show one picture each.
const TrainJob& unmixed(const TrainJob& job) {
  if (job.options.cutmix == 0) return job;
  throw InputError({"", "cutmix", fmt::format("mixes classes, and {} learns none", job.options.net), "Omit --cutmix"});
}

}  // namespace

std::vector<int64_t> draw_seen(int64_t patches, double hidden_share, Random random) {
  const auto hidden = static_cast<int64_t>(std::floor(hidden_share * static_cast<double>(patches) + 0.5));
  std::vector<int64_t> order = random.permutation(patches);
  order.resize(static_cast<size_t>(patches - std::max<int64_t>(1, std::min(hidden, patches - 1))));
  std::ranges::sort(order);
  return order;
}

at::Tensor normalised_patches(const at::Tensor& patches) {
  return (patches - patches.mean(-1, true)) / at::sqrt(patches.var(-1, /*unbiased=*/true, /*keepdim=*/true) + 1e-6);
}

at::Tensor hidden_error(const at::Tensor& prediction, const at::Tensor& target, const nn::KeptPatches& kept) {
  const int64_t patches = prediction.size(1);
  const int64_t hidden = prediction.size(0) * (patches - kept.places.size(1));
  const at::Tensor counts = nn::dropped_patches(kept, patches).to(prediction.scalar_type());
  return ((prediction - target).square().mean(-1) * counts).sum() / static_cast<double>(hidden);
}

Autoencoding::Autoencoding(const TrainJob& job, const Context& context)
    : job_(job),
      device_(nn::device_named(job.options.device)),
      pictures_(unmixed(job), device_, context),
      network_(nn::make_autoencoder({job.options.net, pictures_.size()})) {}

std::map<std::string, std::string> Autoencoding::usual_options() {
  return {{"batch", "32"},          {"optimizer", "adamw"}, {"learning-rate", "0.0015"},
          {"weight-decay", "0.05"}, {"warmup", "0.05"},     {"schedule", "cosine"}};
}

std::unique_ptr<BatchSource> Autoencoding::batches(int64_t first, int64_t samples, const Context& context) const {
  const auto draw = [this, first](int64_t number) {
    return draw_seen(network_->patches(), network_->drop_share(),
                     Random(job_.options.seed, "hidden", static_cast<uint64_t>(first + number)));
  };
  return std::make_unique<HidingSource>(pictures_.batches(first, samples, context), job_.options.batch, samples, device_, draw);
}

std::unique_ptr<BatchSource> Autoencoding::test_batches(const Context& context) const {
  const auto draw = [this](int64_t row) {
    return draw_seen(network_->patches(), network_->drop_share(), Random(0, "hidden in test", static_cast<uint64_t>(row)));
  };
  return std::make_unique<HidingSource>(pictures_.test_batches(context), kTestBatch, test_rows(), device_, draw);
}

at::Tensor Autoencoding::loss(const nn::Pass& pass, const Batch& batch, Outputs*) const {
  const nn::KeptPatches kept{batch.targets};
  const at::Tensor target = nn::cut_into_patches(batch.inputs, network_->patch_side());
  return hidden_error(network_->forward(pass, batch.inputs, kept), network_->predicts_normalised() ? normalised_patches(target) : target,
                      kept);
}

std::unique_ptr<Meter> Autoencoding::meter() const {
  return std::make_unique<HiddenPsnr>(*network_, pictures_.statistics(), device_);
}

std::map<std::string, std::string> Autoencoding::notes() const {
  const nn::PixelStatistics& pixels = pictures_.statistics();
  return {{"net", network_->spec().name},
          {"side", std::to_string(pictures_.size().width)},
          {"mean", numbers(pixels.mean, pixels.channels)},
          {"deviation", numbers(pixels.deviation, pixels.channels)}};
}

}  // namespace decant::train
