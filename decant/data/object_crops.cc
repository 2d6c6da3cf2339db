#include "decant/data/object_crops.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/core.h>

#include "decant/data/patch_grid.h"
#include "decant/data/upright.h"

namespace decant {
namespace {

constexpr double kMargin = 0.125;

/// Pixels from `begin` on, at least one, of a side of so many.
struct Span {
  int begin;
  int end;
};
Span widened(double low, double high, int side) {
  const double margin = kMargin * (high - low);
  const auto pixel = [side](double at) { return static_cast<int>(std::clamp(at, 0.0, static_cast<double>(side))); };
  const int begin = std::min(pixel(std::floor(low - margin)), side - 1);
  return {begin, std::max(begin + 1, pixel(std::ceil(high + margin)))};
}

void cut(const Image& from, const Box& box, Image& to) {
  const Span x = widened(box.x0, box.x1, from.size.width), y = widened(box.y0, box.y1, from.size.height);
  cut_out(from.view(), {x.begin, y.begin, x.end, y.end}, to);
}

/// The picture that a thread has decoded last.
struct LastPicture {
  uint64_t of = 0;
  int64_t row = -1;
  Image image;
};

}  // namespace

ObjectCrops::ObjectCrops(std::shared_ptr<const Rows> rows, std::span<const int64_t> excluded) : rows_(std::move(rows)) {
  static std::atomic<uint64_t> made = 0;
  number_ = ++made;
  for (int64_t row = 0; row < rows_->size(); ++row) {
    if (std::ranges::binary_search(excluded, row)) continue;
    const ObjectRange range = rows_->targets()->objects(row);
    const auto first = std::ssize(objects_);
    for (int64_t object = range.begin; object < range.end; ++object) {
      if (range.table->counts(object)) objects_.push_back({row, object});
    }
    std::stable_sort(objects_.begin() + first, objects_.end(), [&](const Place& a, const Place& b) {
      return range.table->labels[static_cast<size_t>(a.object)] < range.table->labels[static_cast<size_t>(b.object)];
    });
  }
}

std::string ObjectCrops::key(int64_t object) const {
  const Place& place = objects_[static_cast<size_t>(object)];
  return fmt::format("{}#{}", rows_->key(place.row), place.object - rows_->targets()->objects(place.row).begin);
}

int32_t ObjectCrops::label_of(int64_t object) const {
  const Place& place = objects_[static_cast<size_t>(object)];
  return table(place.row).labels[static_cast<size_t>(place.object)];
}

void ObjectCrops::decode(int64_t object, Image& image) const {
  thread_local LastPicture last;
  const Place& place = objects_[static_cast<size_t>(object)];
  if (last.of != number_ || last.row != place.row) {
    last.of = 0;  // where decoding throws
    decode_as_annotated(*rows_, place.row, last.image);
    last.of = number_;
    last.row = place.row;
  }
  cut(last.image, table(place.row).boxes[static_cast<size_t>(place.object)], image);
}

}  // namespace decant
