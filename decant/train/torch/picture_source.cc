#include "decant/train/torch/picture_source.h"

#include <ATen/ops/from_blob.h>

#include "decant/train/torch/device_batches.h"

namespace decant::train {
namespace {

/// libtorch's views want a pointer to non-const; nothing is written through it.
template <class T>
void* data_of(const std::vector<T>& values) {
  return const_cast<T*>(values.data());
}

}  // namespace

Batch placed_on(const loader::Batch& batch, ImageSize size, c10::Device device) {
  const at::Tensor images = at::from_blob(data_of(batch.images), {batch.count, size.height, size.width, size.channels}, at::kFloat);
  const at::Tensor labels = at::from_blob(data_of(batch.labels), {batch.count}, at::kLong);
  return {batch.number, batch.count, images.permute({0, 3, 1, 2}).to(device), labels.to(device), batch.rows};
}

const Batch* LoaderPictures::next() {
  const loader::Batch* batch = batches_.next();
  if (batch == nullptr) return nullptr;
  batch_ = placed_on(*batch, size_, device_);
  return &batch_;
}

std::unique_ptr<BatchSource> open_pictures(const loader::ImageTable& table, std::span<const int64_t> subset, loader::BatchOptions options,
                                           c10::Device device, const Context& context) {
  // Kept pictures leave almost nothing to do; decoding on the way is worth every core.
  options.workers = table.kept() ? 1 : context.thread_count();
  if (device.is_cpu() || !table.kept()) return std::make_unique<LoaderPictures>(table, subset, options, device, context);
  return std::make_unique<DeviceBatches>(table, subset, options, device, context);
}

}  // namespace decant::train
