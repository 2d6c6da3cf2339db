#include "decant/loader/image_table.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/kernels/resize.h"
#include "decant/loader/channels.h"

namespace decant::loader {
namespace {

constexpr int64_t kChunk = 32;  // pictures handed to a thread at once

/// What is known about a set of sizes after seeing some of it. Adding is commutative, so threads
/// may add in any order.
class SizeSurvey {
 public:
  void add(ImageSize size) {
    const std::lock_guard lock(mutex_);
    if (first_.channels == 0) first_ = size;
    colour_ |= size.channels != 1;
    own_ &= size.width == first_.width && size.height == first_.height && size.width == size.height && size.width <= kDefaultSide;
  }
  bool settled() const {
    const std::lock_guard lock(mutex_);
    return colour_ && !own_;
  }
  ImageSize result() const {
    const int side = own_ && first_.width > 0 ? first_.width : kDefaultSide;
    return {side, side, colour_ ? 3 : 1};
  }

 private:
  mutable std::mutex mutex_;
  ImageSize first_;
  bool own_ = true;
  bool colour_ = false;
};

void survey_sizes(const Pictures& pictures, std::span<const int64_t> chosen, const Context& context, SizeSurvey& survey) {
  parallel_for(context, static_cast<int64_t>(chosen.size()), kChunk, [&](int64_t begin, int64_t end) {
    Image picture;
    for (int64_t i = begin; i < end && !survey.settled(); ++i) {
      pictures.decode(chosen[static_cast<size_t>(i)], picture);
      survey.add(picture.size);
    }
  });
}

/// The centre square of `in`, tightly packed.
void cut_centre_square(const Image& in, std::vector<uint8_t>& out) {
  const int side = std::min(in.size.width, in.size.height);
  const int left = (in.size.width - side) / 2;
  const int top = (in.size.height - side) / 2;
  const auto line = static_cast<size_t>(int64_t{side} * in.size.channels);
  out.resize(line * static_cast<size_t>(side));
  for (int y = 0; y < side; ++y) {
    const uint8_t* from = in.view().row(top + y) + int64_t{left} * in.size.channels;
    std::memcpy(out.data() + static_cast<size_t>(y) * line, from, line);
  }
}

}  // namespace

ImageSize training_size(const Rows& rows, std::span<const int64_t> chosen, int image_size, const Context& context) {
  const Pictures& pictures = require_pictures(rows);
  SizeSurvey survey;
  if (const auto fixed = pictures.fixed_size()) {
    survey.add(*fixed);
  } else {
    survey_sizes(pictures, chosen, context, survey);
  }
  ImageSize size = survey.result();
  if (image_size > 0) size.width = size.height = image_size;
  return size;
}

void fit_picture(const Image& picture, ImageSize size, uint8_t* out) {
  const ImageSize from = picture.size;
  DECANT_CHECK(size.width, ==, size.height);
  DECANT_CHECK(std::min(from.width, from.height), >, 0);
  const int64_t pixels = int64_t{size.width} * size.height;
  if (from.width == size.width && from.height == size.height) {
    convert_channels(picture.pixels.data(), pixels, from.channels, size.channels, out);
    return;
  }
  const int side = std::min(from.width, from.height);
  std::vector<uint8_t> square;
  cut_centre_square(picture, square);
  std::vector<uint8_t> resized(static_cast<size_t>(pixels * from.channels));
  resize_bilinear(square.data(), side, side, from.channels, resized.data(), size.width, size.height);
  convert_channels(resized.data(), pixels, from.channels, size.channels, out);
}

ImageTable::ImageTable(const Rows& rows, std::span<const int64_t> chosen, ImageSize size, int64_t cache_bytes, const Context& context)
    : rows_(&rows), pictures_(&require_pictures(rows)), size_(size) {
  const auto count = static_cast<int64_t>(chosen.size());
  if (count == 0 || count > std::numeric_limits<int32_t>::max() || count > cache_bytes / size.bytes()) return;
  fill(chosen, context);
}

void ImageTable::fill(std::span<const int64_t> chosen, const Context& context) {
  const auto count = static_cast<int64_t>(chosen.size());
  slots_.assign(static_cast<size_t>(rows_->size()), -1);
  for (size_t i = 0; i < chosen.size(); ++i) slots_[static_cast<size_t>(chosen[i])] = static_cast<int32_t>(i);
  block_bytes_ = static_cast<size_t>(count * size_.bytes());
  block_ = std::make_unique_for_overwrite<uint8_t[]>(block_bytes_);
  Stage stage(context, "decode", count, "images");
  parallel_for(context, count, kChunk, [&](int64_t begin, int64_t end) {
    Image picture;
    for (int64_t i = begin; i < end; ++i) {
      pictures_->decode(chosen[static_cast<size_t>(i)], picture);
      fit_picture(picture, size_, block_.get() + i * size_.bytes());
    }
    stage.advance(end - begin);
  });
}

int64_t ImageTable::slot(int64_t row) const {
  const int32_t slot = slots_[static_cast<size_t>(row)];
  DECANT_CHECK(slot, >=, 0);
  return slot;
}

std::any ImageTable::attached(const std::string& name, const std::function<std::any()>& make) const {
  const std::lock_guard lock(attached_mutex_);
  const auto found = attached_.find(name);
  return found != attached_.end() ? found->second : attached_.emplace(name, make()).first->second;
}

const uint8_t* ImageTable::pixels(int64_t row, Scratch& scratch) const {
  if (kept()) return block_.get() + slot(row) * size_.bytes();
  pictures_->decode(row, scratch.decoded);
  scratch.fitted.resize(static_cast<size_t>(size_.bytes()));
  fit_picture(scratch.decoded, size_, scratch.fitted.data());
  return scratch.fitted.data();
}

}  // namespace decant::loader
