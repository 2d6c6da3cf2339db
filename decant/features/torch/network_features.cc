#include "decant/features/network_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/loader/batches.h"
#include "decant/loader/image_table.h"
#include "decant/nn/borrowed.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/nn/normalisation.h"
#include "decant/nn/weights.h"

namespace decant::features {

namespace {

using at::Tensor;

std::vector<int64_t> rows_without(int64_t count, std::span<const int64_t> bad) {
  std::vector<int64_t> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), int64_t{0});
  std::vector<int64_t> good;
  std::ranges::set_difference(all, bad, std::back_inserter(good));
  return good;
}

/// An embedding does not care for the classes of the data, so those of the weights are taken.
std::unique_ptr<const nn::Classifier> network_for(ImageSize size, const NetworkFeatureOptions& options) {
  if (options.kind == NetworkFeature::gradient) return nn::make_network({options.net, size, options.classes});
  return nn::network_of_weights(options.net, size, options.weights);
}

int64_t width_of(const nn::Classifier& network, NetworkFeature kind) {
  return network.embedding_width() + (kind == NetworkFeature::gradient ? network.spec().classes : 0);
}

void require_classes(const Rows& rows, std::span<const int64_t> good, int classes) {
  for (const int64_t row : good) {
    const int32_t label = rows.label(row);
    if (label >= 0 && label < classes) continue;
    throw InputError({"", rows.key(row),
                      label == kNoLabel ? "has no label" : fmt::format("has label {}, but the network has {} classes", label, classes),
                      "Gradient features need the class of every picture; embeddings do not"});
  }
}

void check_options(const NetworkFeatureOptions& options) {
  nn::require_normalisation(options.normalisation);
  if (options.batch < 1) throw InputError({"", "", fmt::format("a batch needs at least one picture, not {}", options.batch), ""});
}

/// A network in evaluation mode, and what is asked of it.
class Extractor {
 public:
  Extractor(const nn::Classifier& network, const NetworkFeatureOptions& options)
      : network_(network),
        kind_(options.kind),
        device_(nn::device_named(options.device)),
        state_(nn::load_weights(network, options.weights, device_)) {}

  /// (count, width) on the CPU.
  Tensor operator()(const loader::Batch& batch) {
    const ImageSize& size = network_.spec().input;
    const Tensor images = nn::borrowed(batch.images, {batch.count, size.height, size.width, size.channels}, at::kFloat, device_);
    const nn::Pass pass{state_.parameters, state_.buffers};
    const Tensor e = network_.embed(pass, images.permute({0, 3, 1, 2}));
    if (kind_ == NetworkFeature::embedding) return e.to(at::kCPU).contiguous();
    const Tensor p = at::softmax(network_.classify(pass, e), 1);
    const Tensor b = p - at::one_hot(nn::borrowed(batch.labels, {batch.count}, at::kLong, device_), network_.spec().classes);
    return at::cat({b, e}, 1).to(at::kCPU).contiguous();
  }

 private:
  const nn::Classifier& network_;
  NetworkFeature kind_;
  at::Device device_;
  nn::State state_;
};

void copy_rows(const Tensor& features, std::span<const int64_t> rows, MatrixView<float> out) {
  const float* from = features.data_ptr<float>();
  for (const int64_t row : rows) {
    std::copy_n(from, out.cols, out[row].data());
    from += out.cols;
  }
}

}  // namespace

int64_t network_feature_width(const Rows& rows, const NetworkFeatureOptions& options, std::span<const int64_t> bad) {
  const int side = options.image_size;
  // The width never depends on the colours.
  const ImageSize size = side > 0 ? ImageSize{side, side, 3} : loader::training_size(rows, rows_without(rows.size(), bad), 0, Context{});
  const int classes = options.kind == NetworkFeature::gradient ? options.classes : 1;
  return width_of(*nn::make_network({options.net, size, classes}), options.kind);
}

void network_features(const Rows& rows, std::span<const int64_t> bad, const NetworkFeatureOptions& options, MatrixView<float> out,
                      const Context& context) {
  check_options(options);
  DECANT_CHECK(out.rows, ==, rows.size());
  for (const int64_t row : bad) std::ranges::fill(out[row], 0.0F);
  const std::vector<int64_t> good = rows_without(rows.size(), bad);
  if (good.empty()) return;

  const ImageSize size = loader::training_size(rows, good, options.image_size, context);
  const auto network = network_for(size, options);
  DECANT_CHECK(out.cols, ==, width_of(*network, options.kind));
  if (options.kind == NetworkFeature::gradient) require_classes(rows, good, options.classes);

  const nn::ComputeScope scope(context);
  const c10::NoGradGuard no_grad;
  Extractor extractor(*network, options);

  const loader::ImageTable table(rows, good, size, options.normalisation == "data" ? loader::kKeptBytes : 0, context);
  loader::BatchOptions stream;
  stream.batch = options.batch;
  stream.samples = static_cast<int64_t>(good.size());
  const nn::PixelStatistics pixels = nn::statistics_named(options.normalisation, table, good, context);
  stream.normalisation = loader::normalisation_of(pixels.means(), pixels.deviations());
  stream.workers = table.kept() ? 1 : context.thread_count();

  loader::Batches batches(table, good, stream, context);
  Stage stage(context, "features", stream.samples, "images");
  while (const loader::Batch* batch = batches.next()) {
    copy_rows(extractor(*batch), batch->rows, out);
    stage.advance(batch->count);
  }
}

}  // namespace decant::features
