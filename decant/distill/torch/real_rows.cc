#include "decant/distill/torch/real_rows.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <cstring>

#include "decant/base/errors.h"
#include "decant/loader/batches.h"
#include "decant/loader/image_table.h"

namespace decant::distill {
namespace {

/// 0…255; a channel that never changes is only centred, as the loader has it.
Tensor per_channel(std::span<const float> values, int channels, bool replace_zeros) {
  std::vector<float> scaled;
  for (int c = 0; c < channels; ++c) {
    const float value = values[static_cast<size_t>(c)];
    scaled.push_back(replace_zeros && value == 0 ? 255 : 255 * value);
  }
  return at::tensor(scaled, at::kFloat).view({1, channels, 1, 1});
}

Tensor numbers_tensor(std::span<const int64_t> numbers) {
  const Tensor tensor = at::empty({std::ssize(numbers)}, at::kLong);
  std::ranges::copy(numbers, tensor.data_ptr<int64_t>());
  return tensor;
}

Tensor bytes_of(const loader::ImageTable& table, std::span<const int64_t> subset, const Context& context) {
  const int64_t width = table.size().bytes();
  const Tensor bytes = at::empty({std::ssize(subset), width}, at::kByte);
  uint8_t* const to = bytes.data_ptr<uint8_t>();
  parallel_for(context, std::ssize(subset), 64, [&](int64_t begin, int64_t end) {
    loader::ImageTable::Scratch scratch;
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(to + i * width, table.pixels(subset[static_cast<size_t>(i)], scratch), static_cast<size_t>(width));
  });
  return bytes;
}

}  // namespace

RealRows::RealRows(const Rows& rows, std::span<const int64_t> subset, int classes, int image_size, const SeenAs* as, c10::Device device,
                   const Context& context)
    : size_(as == nullptr ? loader::training_size(rows, subset, image_size, context) : as->size),
      classes_(classes),
      device_(device),
      of_class_(static_cast<size_t>(classes)) {
  loader::require_labels(rows, subset, classes);
  const loader::ImageTable table(rows, subset, size_, /*cache_bytes=*/0, context);
  bytes_ = bytes_of(table, subset, context).to(device);
  statistics_ = as == nullptr ? nn::pixel_statistics(table, subset, context) : as->statistics;
  mean_ = per_channel(statistics_.mean, size_.channels, false).to(device);
  scale_ = per_channel(statistics_.deviation, size_.channels, true).to(device);
  const Tensor labels = at::empty({std::ssize(subset)}, at::kLong);
  for (size_t i = 0; i < subset.size(); ++i) {
    const int64_t label = rows.label(subset[i]);
    labels.data_ptr<int64_t>()[i] = label;
    of_class_[static_cast<size_t>(label)].push_back(static_cast<int64_t>(i));
  }
  labels_ = labels.to(device);
}

RealBatch RealRows::batch(std::span<const int64_t> numbers) const {
  const Tensor chosen = numbers_tensor(numbers).to(device_);
  const Tensor pixels =
      bytes_.index_select(0, chosen).view({std::ssize(numbers), size_.height, size_.width, size_.channels}).permute({0, 3, 1, 2});
  return {(pixels.to(at::kFloat) - mean_) / scale_, labels_.index_select(0, chosen)};
}

Tensor RealRows::bytes(std::span<const int64_t> numbers) const {
  return bytes_.index_select(0, numbers_tensor(numbers).to(device_));
}

PixelRange RealRows::range() const {
  return {-mean_ / scale_, (255 - mean_) / scale_};
}

Tensor RealRows::in_pixels(const Tensor& normalised) const {
  return ((normalised * scale_ + mean_) / 255).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace decant::distill
