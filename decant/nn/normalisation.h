// What a network expects its pixels to be shifted and scaled by. Free of libtorch.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/data/image.h"

namespace decant::nn {

/// Mean and deviation of each channel, of pixels in [0, 1]; the first `channels` entries count.
struct PixelStatistics {
  int channels = 0;
  std::array<float, 3> mean{};
  std::array<float, 3> deviation{};

  std::span<const float> means() const { return std::span(mean).first(static_cast<size_t>(channels)); }
  std::span<const float> deviations() const { return std::span(deviation).first(static_cast<size_t>(channels)); }
};

/// The constants that networks trained on ImageNet were given; for one channel, those of grey: the
/// mean of the three.
inline PixelStatistics imagenet_statistics(int channels) {
  if (channels == 1) return {1, {0.449F}, {0.226F}};
  return {3, {0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
}

/// Sums of bytes and of their squares: whole numbers, so they are exact and the same in whatever
/// order pictures come. Room for 2^48 pixels.
class PixelSums {
 public:
  explicit PixelSums(int channels) : channels_(channels) {}

  /// `pixels`: interleaved.
  void add(std::span<const uint8_t> pixels) {
    if (channels_ == 1) return add_channels<1>(pixels);
    add_channels<3>(pixels);
  }

  void add(const PixelSums& other) {
    count_ += other.count_;
    for (size_t c = 0; c < 3; ++c) {
      sum_[c] += other.sum_[c];
      squares_[c] += other.squares_[c];
    }
  }

  /// Population variance, E[x²] − E[x]², in units of the whole range. All zeros before the first
  /// pixel.
  PixelStatistics statistics() const {
    PixelStatistics result{channels_, {}, {}};
    for (size_t c = 0; c < static_cast<size_t>(channels_) && count_ > 0; ++c) {
      const double mean = static_cast<double>(sum_[c]) / static_cast<double>(count_);
      const double square = static_cast<double>(squares_[c]) / static_cast<double>(count_);
      result.mean[c] = static_cast<float>(mean / 255);
      result.deviation[c] = static_cast<float>(std::sqrt(std::max(0.0, square - mean * mean)) / 255);
    }
    return result;
  }

 private:
  template <size_t C>
  void add_channels(std::span<const uint8_t> pixels) {
    for (size_t i = 0; i + C <= pixels.size(); i += C) {
      for (size_t c = 0; c < C; ++c) {
        const uint64_t value = pixels[i + c];
        sum_[c] += value;
        squares_[c] += value * value;
      }
    }
    count_ += pixels.size() / C;
  }

  int channels_;
  uint64_t count_ = 0;
  std::array<uint64_t, 3> sum_{};
  std::array<uint64_t, 3> squares_{};
};

/// Statistics of some rows of a table of pictures (loader/image_table.h, or anything like it):
/// `Table` has size(), a type Scratch, and pixels(row, scratch) that threads may call at once. The
/// same for every thread count. One pass over the pictures.
template <class Table>
PixelStatistics pixel_statistics(const Table& table, std::span<const int64_t> rows, const Context& context) {
  PixelSums total(table.size().channels);
  std::mutex mutex;
  parallel_for(context, static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    PixelSums sums(table.size().channels);
    typename Table::Scratch scratch;
    for (int64_t i = begin; i < end; ++i) {
      const uint8_t* pixels = table.pixels(rows[static_cast<size_t>(i)], scratch);
      sums.add({pixels, static_cast<size_t>(table.size().bytes())});
    }
    const std::lock_guard lock(mutex);
    total.add(sums);
  });
  return total.statistics();
}

/// Throws InputError for another word than "data" and "imagenet".
inline void require_normalisation(const std::string& name) {
  if (name != "data" && name != "imagenet")
    throw InputError({"", "", fmt::format("unknown normalisation '{}'", name), "Choose data or imagenet"});
}

/// "data": of these rows; "imagenet": imagenet_statistics().
template <class Table>
PixelStatistics statistics_named(const std::string& name, const Table& table, std::span<const int64_t> rows, const Context& context) {
  return name == "data" ? pixel_statistics(table, rows, context) : imagenet_statistics(table.size().channels);
}

}  // namespace decant::nn
