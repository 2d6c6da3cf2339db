#include "decant/patches/attribution.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "decant/base/errors.h"
#include "decant/data/rows.h"
#include "decant/loader/batches.h"
#include "decant/loader/image_table.h"
#include "decant/nn/borrowed.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/nn/normalisation.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/patches/importance.h"
#include "decant/patches/square_map.h"
#include "decant/patches/torch/attribute.h"
#include "decant/patches/torch/cam.h"
#include "decant/patches/torch/occlusion.h"
#include "decant/patches/torch/rollout.h"

namespace decant::patches {
namespace {

/// Rows that note how large each stored picture is when it is decoded: what a network sees no
/// longer tells.
class MeasuredRows final : public WrappedRows, public Pictures {
 public:
  explicit MeasuredRows(const Rows& rows)
      : WrappedRows(std::shared_ptr<const Rows>(std::shared_ptr<void>(), &rows)), sizes_(static_cast<size_t>(rows.size())) {}

  const Pictures* pictures() const override { return this; }
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  void decode(int64_t row, Image& image) const override {
    below().pictures()->decode(row, image);
    sizes_[static_cast<size_t>(row)] = image.size;
  }
  /// REQUIRES: it has been decoded.
  ImageSize picture_size(int64_t row) const { return sizes_[static_cast<size_t>(row)]; }

 private:
  mutable std::vector<ImageSize> sizes_;  ///< each written by the one thread that decodes the row
};

/// What a network is shown at once.
struct Showing {
  Tensor images;
  Tensor labels;                  ///< −1 = none
  std::span<const int64_t> rows;  ///< where the maps go
  const MeasuredRows& measured;
};

using Attribute = std::function<void(Subject&, const Showing&, int side, MatrixView<float> out)>;

/// Maps (batch, height, width) of what the network saw, carried to the whole pictures.
void spread_all(const Tensor& seen, const Showing& showing, int side, MatrixView<float> out) {
  const Tensor values = seen.to(at::kCPU, at::kFloat).contiguous();
  const int64_t height = values.size(1);
  const int64_t width = values.size(2);
  for (size_t i = 0; i < showing.rows.size(); ++i) {
    const int64_t row = showing.rows[i];
    const MatrixView<const float> map(values.data_ptr<float>() + static_cast<int64_t>(i) * height * width, height, width);
    spread_square(map, showing.measured.picture_size(row), side, out[row]);
  }
}

Attribute attribute_by_cam(Subject& subject, const std::string& layer, Tensor (*map)(const LayerView&)) {
  return [chosen = cam_layer(subject, layer), map](Subject& asked, const Showing& showing, int side, MatrixView<float> out) {
    spread_all(map(look_at(asked, chosen, showing.images, showing.labels)), showing, side, out);
  };
}

void attribute_by_rollout(Subject& subject, const Showing& showing, int side, MatrixView<float> out) {
  spread_all(rollout_map(subject, showing.images), showing, side, out);
}

Attribute attribute_by_occlusion(int batch) {
  return [batch](Subject& subject, const Showing& showing, int side, MatrixView<float> out) {
    for (size_t i = 0; i < showing.rows.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      const int64_t row = showing.rows[i];
      occlusion_map(subject, showing.images.narrow(0, at, 1), showing.labels.narrow(0, at, 1), showing.measured.picture_size(row), side,
                    batch, out[row]);
    }
  };
}

Attribute attribute_named(const std::string& method, Subject& subject, const AttributionOptions& options) {
  if (method == "gradcam++") return attribute_by_cam(subject, options.layer, gradcam_plus_plus_map);
  if (method == "gradcam") return attribute_by_cam(subject, options.layer, gradcam_map);
  if (method == "rollout") return attribute_by_rollout;
  DECANT_CHECK(method, ==, "occlusion");
  return attribute_by_occlusion(options.batch);
}

void require_known_labels(const Rows& rows, std::span<const int64_t> shown, int classes) {
  for (const int64_t row : shown) {
    if (rows.label(row) < classes) continue;
    throw InputError({"", rows.key(row), fmt::format("has label {}, but the network has {} classes", rows.label(row), classes),
                      "Give weights that were trained on these classes"});
  }
}

void require_sound(const AttributionOptions& options) {
  nn::require_normalisation(options.normalisation);
  if (options.batch < 1) throw InputError({"", "", fmt::format("a batch needs at least one picture, not {}", options.batch), ""});
}

void require_finite(const Rows& rows, std::span<const int64_t> shown, MatrixView<float> out) {
  for (const int64_t row : shown) {
    if (std::ranges::all_of(out[row], [](float value) { return std::isfinite(value); })) continue;
    throw InputError({"", rows.key(row), "makes the network overflow", "Check that weights and normalisation fit the network"});
  }
}

/// The rows whose pictures make up the normalisation: all that training saw.
std::vector<int64_t> rows_measured(const ImportanceJob& job) {
  ImportanceJob all = job;
  all.chosen = {};
  return rows_asked(all);
}

/// Whether the labels are the network's; a warning where they are not.
bool labels_count(const AttributionOptions& options, const nn::Classifier& network, const Context& context) {
  const int classes = network.spec().classes;
  if (options.classes == 0 || options.classes == classes) return true;
  context.warn(fmt::format("the weights are for {} classes and the data set has {}: importance is that for the class the network predicts",
                           classes, options.classes));
  return false;
}

}  // namespace

void attribute(const std::string& method, const ImportanceJob& job, MatrixView<float> out, const Context& context) {
  const AttributionOptions& options = job.network;
  require_sound(options);
  const std::vector<int64_t> shown = rows_asked(job);
  if (shown.empty()) return;
  const bool of_data = options.normalisation == "data";
  const std::vector<int64_t> measured = of_data ? rows_measured(job) : shown;
  const MeasuredRows rows(*job.rows);
  const ImageSize size = loader::training_size(rows, measured, options.image_size, context);
  const auto network = nn::network_of_weights(options.net, size, options.weights);
  const bool labelled = labels_count(options, *network, context);
  if (labelled) require_known_labels(rows, shown, network->spec().classes);

  const nn::ComputeScope scope(context);
  const nn::MemoryReuse memory;
  const at::Device device = nn::device_named(options.device);
  Subject subject(*network, nn::load_weights(*network, options.weights, device));
  const Attribute attribute_batch = attribute_named(method, subject, options);

  const loader::ImageTable table(rows, measured, size, of_data ? loader::kKeptBytes : 0, context);
  const std::vector<int32_t> no_labels(labelled ? 0 : static_cast<size_t>(rows.size()), kNoLabel);
  loader::BatchOptions stream;
  stream.batch = options.batch;
  stream.samples = std::ssize(shown);
  const nn::PixelStatistics pixels = nn::statistics_named(options.normalisation, table, measured, context);
  stream.normalisation = loader::normalisation_of(pixels.means(), pixels.deviations());
  stream.labels = no_labels;
  stream.workers = table.kept() ? 1 : context.thread_count();

  loader::Batches batches(table, shown, stream, context);
  Stage stage(context, "importance", stream.samples, "images");
  while (const loader::Batch* batch = batches.next()) {
    const Tensor images = nn::borrowed(batch->images, {batch->count, size.height, size.width, size.channels}, at::kFloat, device);
    const Tensor labels = nn::borrowed(batch->labels, {batch->count}, at::kLong, device);
    attribute_batch(subject, {images.permute({0, 3, 1, 2}), labels, batch->rows, rows}, job.side, out);
    require_finite(rows, batch->rows, out);
    stage.advance(batch->count);
  }
}

}  // namespace decant::patches
