// Where a loop over pictures gets them: batches of tensors, already on the device that the network is on.
#pragma once

#include <ATen/core/Tensor.h>
#include <memory>
#include <span>

#include "decant/loader/batches.h"

namespace decant::train {

/// Valid until the next call of next().
struct PictureBatch {
  int64_t number = 0;                ///< from 0
  int64_t count = 0;                 ///< pictures in it
  at::Tensor images;                 ///< float32 (count, channels, height, width) in channels-last, on the device
  at::Tensor labels;                 ///< int64 (count), on the device
  std::span<const int64_t> rows;     ///< (count) where they come from
  std::span<const int64_t> classes;  ///< (count) the labels on the CPU
};

class PictureSource {
 public:
  virtual ~PictureSource() = default;
  /// The next batch, or null after the last. Throws what decoding throws, at the place of the stream where it happened, and Cancelled.
  virtual const PictureBatch* next() = 0;
  /// Seconds that next() has taken.
  virtual double waited() const = 0;
};

/// The batches of `subset`, the same for every kind of source. On the CPU, and wherever the table is not kept, the loader makes them and
/// each is copied over (4 · count · height · width · channels bytes); elsewhere they are made on the device (device_batches.h).
/// `options.workers` is chosen here. The table must outlive the source.
std::unique_ptr<PictureSource> open_pictures(const loader::ImageTable& table, std::span<const int64_t> subset, loader::BatchOptions options,
                                             c10::Device device, const Context& context);

/// The loader's batches, copied over one by one; on the CPU they are views of the loader's memory.
class LoaderPictures final : public PictureSource {
 public:
  LoaderPictures(const loader::ImageTable& table, std::span<const int64_t> subset, const loader::BatchOptions& options, c10::Device device,
                 const Context& context)
      : size_(table.size()), device_(device), batches_(table, subset, options, context) {}

  const PictureBatch* next() override;
  double waited() const override { return batches_.waited(); }

 private:
  ImageSize size_;
  c10::Device device_;
  loader::Batches batches_;
  PictureBatch batch_;
};

}  // namespace decant::train
