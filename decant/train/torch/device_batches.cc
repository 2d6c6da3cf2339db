#include "decant/train/torch/device_batches.h"

#include <ATen/TensorIndexing.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <algorithm>
#include <any>

#include "decant/base/errors.h"
#include "decant/base/stopwatch.h"
#include "decant/train/torch/steps.h"

namespace decant::train {
namespace {

constexpr int64_t kBatchesPlanned = 50;  // at once; 100 KB of numbers for batches of 64

/// A copy of `values` in a tensor's own memory on `device`.
template <class T>
at::Tensor moved(std::span<const T> values, at::IntArrayRef shape, at::ScalarType type, c10::Device device) {
  const at::Tensor here = at::empty(shape, type);
  DECANT_CHECK(here.numel(), ==, std::ssize(values));
  std::ranges::copy(values, here.data_ptr<T>());
  return here.to(device);
}

/// The kept pictures on `device`, one row a pixel. On the CPU a view of the table's own memory.
at::Tensor pixels_on(const loader::ImageTable& table, c10::Device device) {
  const auto upload = [&]() -> std::any {
    const std::span<const uint8_t> block = table.block();
    const int64_t channels = table.size().channels;
    void* bytes = const_cast<uint8_t*>(block.data());  // from_blob asks for it; nothing is written
    return at::from_blob(bytes, {std::ssize(block) / channels, channels}, at::kByte).to(device);
  };
  return std::any_cast<at::Tensor>(table.attached("pixels on " + device.str(), upload));
}

/// Row crop + shift: fold(0 + shift), fold(1 + shift), … times `step`. With `mirrored`, as many
/// rows again, each from its other end.
at::Tensor windows(int size, int crop, int step, bool mirrored, c10::Device device) {
  std::vector<int64_t> shown;
  for (int mirror = 0; mirror <= (mirrored ? 1 : 0); ++mirror) {
    for (int shift = -crop; shift <= crop; ++shift) {
      for (int i = 0; i < size; ++i) shown.push_back(int64_t{loader::fold((mirror != 0 ? size - 1 - i : i) + shift, size)} * step);
    }
  }
  return moved<int64_t>(shown, {std::ssize(shown) / size, size}, at::kLong, device);
}

}  // namespace

DeviceBatches::DeviceBatches(const loader::ImageTable& table, std::span<const int64_t> subset, const loader::BatchOptions& options,
                             c10::Device device, const Context& context)
    : table_(table),
      subset_(subset.begin(), subset.end()),
      options_(options),
      device_(device),
      context_(context),
      order_(subset_, options.shuffle, options.seed) {
  DECANT_CHECK(table.kept(), ==, true);
  DECANT_CHECK(subset.size(), >, size_t{0});
  const auto [width, height, channels] = table.size();
  const int crop = options.augmentation.crop;
  const auto count = static_cast<size_t>(channels);
  pixels_ = pixels_on(table, device);
  lines_ = windows(height, crop, width, false, device);
  columns_ = windows(width, crop, 1, true, device);
  scale_ = moved(std::span<const float>(options.normalisation.scale).first(count), {channels}, at::kFloat, device);
  bias_ = moved(std::span<const float>(options.normalisation.bias).first(count), {channels}, at::kFloat, device);
}

const Batch* DeviceBatches::next() {
  if (done_ == options_.samples) return nullptr;
  const Stopwatch clock;
  context_.check_cancelled();
  if (done_ == plan_.end) plan_ahead(done_);
  fill(batch_);
  waited_ += clock.seconds();
  return &batch_;
}

void DeviceBatches::plan_ahead(int64_t begin) {
  const int64_t end = std::min(options_.samples, begin + kBatchesPlanned * options_.batch);
  const int64_t count = end - begin;
  const int crop = options_.augmentation.crop;
  const int64_t picture = int64_t{table_.size().width} * table_.size().height;
  plan_ = {begin, end, std::vector<int64_t>(static_cast<size_t>(count)), {}};
  std::vector<int64_t> numbers(static_cast<size_t>(4 * count));
  for (int64_t i = 0; i < count; ++i) {
    const int64_t sample = options_.first + begin + i;
    const int64_t row = order_.row(sample);
    const loader::Placement placement = loader::placement_of(options_, table_.rows(), row, sample);
    const auto at = [&](int64_t what) -> int64_t& { return numbers[static_cast<size_t>(what * count + i)]; };
    at(0) = table_.slot(row) * picture;
    at(1) = crop + placement.dy;
    at(2) = crop + placement.dx + (placement.mirror ? 2 * crop + 1 : 0);
    at(3) = loader::taught_label(table_.rows(), options_.labels, row);
    plan_.rows[static_cast<size_t>(i)] = row;
  }
  plan_.numbers = moved<int64_t>(numbers, {4, count}, at::kLong, device_);
}

void DeviceBatches::fill(Batch& batch) {
  const int64_t first = done_ - plan_.begin;
  batch.number = done_ / options_.batch;
  batch.count = std::min<int64_t>(options_.batch, options_.samples - done_);
  const at::Tensor numbers = plan_.numbers.narrow(1, first, batch.count);
  batch.inputs = pictures(numbers);
  batch.targets = numbers.select(0, 3);
  batch.rows = std::span(plan_.rows).subspan(static_cast<size_t>(first), static_cast<size_t>(batch.count));
  done_ += batch.count;
}

at::Tensor DeviceBatches::pictures(const at::Tensor& numbers) const {
  const auto [width, height, channels] = table_.size();
  const at::Tensor origins = numbers.select(0, 0).view({-1, 1, 1});
  const at::Tensor lines = lines_.index({numbers.select(0, 1)}).view({-1, height, 1});
  const at::Tensor columns = columns_.index({numbers.select(0, 2)}).view({-1, 1, width});
  const at::Tensor shown = origins.add(lines).add(columns).view({-1});
  const at::Tensor values = pixels_.index({shown}).to(at::kFloat).mul_(scale_).add_(bias_);
  return values.view({-1, height, width, channels}).permute({0, 3, 1, 2});
}

}  // namespace decant::train
