// Batches of pictures, already on the device that the network is on.
#pragma once

#include "decant/loader/batches.h"
#include "decant/train/torch/task.h"

namespace decant::train {

/// The batches of `subset`, the same for every kind of source. On the CPU, and wherever the table
/// is not kept, the loader makes them and each is copied over (4 · count · height · width ·
/// channels bytes); elsewhere they are made on the device (device_batches.h). `options.workers` is
/// chosen here. The table must outlive the source.
std::unique_ptr<BatchSource> open_pictures(const loader::ImageTable& table, std::span<const int64_t> subset, loader::BatchOptions options,
                                           c10::Device device, const Context& context);

/// The loader's batches, copied over one by one; on the CPU they are views of the loader's memory.
class LoaderPictures final : public BatchSource {
 public:
  LoaderPictures(const loader::ImageTable& table, std::span<const int64_t> subset, const loader::BatchOptions& options, c10::Device device,
                 const Context& context)
      : size_(table.size()), device_(device), batches_(table, subset, options, context) {}

  const Batch* next() override;
  double waited() const override { return batches_.waited(); }

 private:
  ImageSize size_;
  c10::Device device_;
  loader::Batches batches_;
  Batch batch_;
};

/// The loader's batch on `device`: pictures in channels-last. On the CPU a view of it: nothing is
/// copied.
Batch placed_on(const loader::Batch& batch, ImageSize size, c10::Device device);

}  // namespace decant::train
