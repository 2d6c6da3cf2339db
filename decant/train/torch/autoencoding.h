// The task of filling in pictures: patches are hidden by chance, and the network predicts them from
// the others (nn/autoencoder.h). No labels.
//
// With x the normalised pixels of a batch, x̂ what the network predicts and D the values of hidden
// patches, of which every picture has as many,
//
//     loss = 1/|D| Σ_D (x̂ − x)²;
//
// a network with norm-pix is compared with each patch shifted and scaled to mean 0 and deviation 1.
// What is hidden of sample k of a training is drawn on the CPU from Random(seed, "hidden", k), of a
// test picture from Random(0, "hidden in test", row), the same for all seeds.
//
// The metric is the peak signal-to-noise ratio of the hidden pixels of all test pictures, −10 log₁₀
// of their mean squared error, pixels in [0, 1]. Where patches are predicted normalised, their true
// means and deviations are put back first, so that figure is of shapes alone.
#pragma once

#include "decant/nn/autoencoder.h"
#include "decant/train/torch/training_pictures.h"

namespace decant::train {

class Autoencoding final : public Task {
 public:
  /// Decodes the pictures (unless the job brings a table), measures their channels, and makes the
  /// network. Throws what decoding and nn::make_autoencoder() throw. The job must outlive this; its
  /// rows may be missing if it is only to be tested.
  Autoencoding(const TrainJob& job, const Context& context);

  /// What a masked autoencoder is usually trained with, and a classifier is not (NetFacts::usual).
  static std::map<std::string, std::string> usual_options();

  const nn::Module& module() const override { return *network_; }
  const nn::Autoencoder& network() const { return *network_; }
  c10::Device device() const override { return device_; }
  /// Targets are the numbers of the patches that are seen.
  std::unique_ptr<BatchSource> batches(int64_t first, int64_t samples, const Context& context) const override;
  std::unique_ptr<BatchSource> test_batches(const Context& context) const override;
  int64_t test_rows() const override { return pictures_.test_rows(); }
  at::Tensor loss(const nn::Pass& pass, const Batch& batch, Outputs* seen) const override;
  std::unique_ptr<Meter> meter() const override;
  Metric metric() const override { return hidden_psnr(); }
  /// "net", "side", "mean", "deviation": what nobody can tell from the tensors, and needs to use
  /// them.
  std::map<std::string, std::string> notes() const override;

 private:
  const TrainJob& job_;
  c10::Device device_;
  TrainingPictures pictures_;
  std::unique_ptr<const nn::Autoencoder> network_;
};

/// Numbers of the patches that are seen, ascending: all but round(share · patches), at least one of
/// them hidden and, where there are two, at least one seen.
std::vector<int64_t> draw_seen(int64_t patches, double hidden_share, Random random);

/// Each patch's values shifted and scaled to mean 0 and deviation 1 (unbiased, of its square +
/// 1e-6): (…, values).
at::Tensor normalised_patches(const at::Tensor& patches);

/// Mean square of prediction − target over the patches that are not in `kept`: (batch, patches,
/// values) both. REQUIRES: kept.even.
at::Tensor hidden_error(const at::Tensor& prediction, const at::Tensor& target, const nn::KeptPatches& kept);

}  // namespace decant::train
