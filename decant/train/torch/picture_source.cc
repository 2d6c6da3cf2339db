#include "decant/train/torch/picture_source.h"

#include "decant/train/torch/device_batches.h"
#include "decant/train/torch/setting.h"
#include "decant/train/torch/training.h"

namespace decant::train {

const PictureBatch* LoaderPictures::next() {
  const loader::Batch* batch = batches_.next();
  if (batch == nullptr) return nullptr;
  batch_ = {batch->number, batch->count, images_of(*batch, size_, device_), labels_of(*batch, device_), batch->rows, batch->labels};
  return &batch_;
}

std::unique_ptr<PictureSource> open_pictures(const loader::ImageTable& table, std::span<const int64_t> subset, loader::BatchOptions options,
                                             c10::Device device, const Context& context) {
  options.workers = workers_for(table, context);
  if (device.is_cpu() || !table.kept()) return std::make_unique<LoaderPictures>(table, subset, options, device, context);
  return std::make_unique<DeviceBatches>(table, subset, options, device, context);
}

}  // namespace decant::train
