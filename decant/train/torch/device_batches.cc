#include "decant/train/torch/device_batches.h"

#include <ATen/TensorIndexing.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/where.h>
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
  plan_ = {begin, end, std::vector<int64_t>(static_cast<size_t>(count)), {}, {}};
  std::vector<int64_t> numbers(static_cast<size_t>(4 * count));
  std::vector<double> boxes;
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
    if (!resizes()) continue;
    const loader::ResizedCrop box = placement.box.value_or(loader::ResizedCrop());
    boxes.insert(boxes.end(), {box.left, box.top, box.width, box.height});
  }
  plan_.numbers = moved<int64_t>(numbers, {4, count}, at::kLong, device_);
  if (resizes()) plan_.boxes = moved<double>(boxes, {count, 4}, at::kDouble, device_).t();
}

void DeviceBatches::fill(Batch& batch) {
  const int64_t first = done_ - plan_.begin;
  batch.number = done_ / options_.batch;
  batch.count = std::min<int64_t>(options_.batch, options_.samples - done_);
  const at::Tensor numbers = plan_.numbers.narrow(1, first, batch.count);
  batch.inputs = resizes() ? enlarged_pictures(numbers, plan_.boxes.narrow(1, first, batch.count)) : pictures(numbers);
  batch.targets = numbers.select(0, 3);
  batch.rows = std::span(plan_.rows).subspan(static_cast<size_t>(first), static_cast<size_t>(batch.count));
  done_ += batch.count;
}

/// Pixels as floats, (count, height, width, channels): of each picture that begins at `origins`,
/// (count), those of its `lines`, (count, height) in pixels from there, and `columns`, (count,
/// width).
at::Tensor DeviceBatches::shown(const at::Tensor& origins, const at::Tensor& lines, const at::Tensor& columns) const {
  const auto [width, height, channels] = table_.size();
  const at::Tensor places = origins.view({-1, 1, 1}).add(lines.view({-1, height, 1})).add(columns.view({-1, 1, width}));
  return pixels_.index({places.view({-1})}).to(at::kFloat).view({-1, height, width, channels});
}

at::Tensor DeviceBatches::pictures(const at::Tensor& numbers) const {
  const at::Tensor lines = lines_.index({numbers.select(0, 1)});
  const at::Tensor columns = columns_.index({numbers.select(0, 2)});
  return shown(numbers.select(0, 0), lines, columns).mul_(scale_).add_(bias_).permute({0, 3, 1, 2});
}

DeviceBatches::Blends DeviceBatches::blends(const at::Tensor& begin, const at::Tensor& extent, int size) const {
  const at::Tensor places = at::arange(size, at::TensorOptions(at::kDouble).device(device_)).add_(0.5);
  const at::Tensor from = begin.mul(size).view({-1, 1});
  const at::Tensor shown = from.add(places.view({1, -1}).mul(extent.view({-1, 1}))).sub_(0.5).clamp_(0, size - 1);
  const at::Tensor low = shown.to(at::kLong);
  return {low, low.add(1).clamp_max_(size - 1), shown.sub(low).to(at::kFloat)};
}

at::Tensor DeviceBatches::enlarged_pictures(const at::Tensor& numbers, const at::Tensor& boxes) const {
  const auto [width, height, channels] = table_.size();
  const at::Tensor origins = numbers.select(0, 0);
  const at::Tensor mirrored = numbers.select(0, 2).gt(2 * options_.augmentation.crop).view({-1, 1});
  const Blends lines = blends(boxes.select(0, 1), boxes.select(0, 3), height);
  Blends columns = blends(boxes.select(0, 0), boxes.select(0, 2), width);
  for (at::Tensor* each : {&columns.low, &columns.high, &columns.share}) *each = at::where(mirrored, each->flip({1}), *each);
  const at::Tensor down = lines.share.view({-1, height, 1, 1}), across = columns.share.view({-1, 1, width, 1});
  const auto blended_down = [&](const at::Tensor& column) {
    const at::Tensor above = shown(origins, lines.low.mul(width), column);
    return above.add(shown(origins, lines.high.mul(width), column).sub_(above).mul_(down));
  };
  const at::Tensor left = blended_down(columns.low);
  const at::Tensor values = left.add(blended_down(columns.high).sub_(left).mul_(across));
  return values.mul(scale_).add_(bias_).permute({0, 3, 1, 2});
}

}  // namespace decant::train
