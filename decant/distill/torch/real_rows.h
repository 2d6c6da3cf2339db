// The real set: pictures in memory as bytes, batches of them as networks see them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/random.h"
#include "decant/data/dataset.h"
#include "decant/distill/torch/synthetic.h"
#include "decant/nn/normalisation.h"

namespace decant::distill {

/// Pictures of some rows.
struct RealBatch {
  Tensor pictures;           ///< (n, channels, height, width), normalised, channels-last
  Tensor labels;             ///< int64 (n)
  int64_t each_of_them = 0;  ///< > 0: classes in their order, so many of each
};

/// How pictures are seen where their own rows do not say it.
struct SeenAs {
  ImageSize size;
  nn::PixelStatistics statistics;
};

class RealRows {
 public:
  /// Decodes the pictures. `subset`: ascending; labels below `classes`. `as`: null = by their own
  /// size and statistics. Memory: the pictures' bytes. Throws InputError for rows without labels
  /// and a class without rows, and what decoding throws.
  RealRows(const Rows& rows, std::span<const int64_t> subset, int classes, int image_size, const SeenAs* as, c10::Device device,
           const Context& context);

  int64_t size() const { return labels_.size(0); }
  int classes() const { return classes_; }
  c10::Device device() const { return device_; }
  ImageSize picture_size() const { return size_; }
  const nn::PixelStatistics& statistics() const { return statistics_; }
  SeenAs seen_as() const { return {size_, statistics_}; }
  const Tensor& labels() const { return labels_; }  ///< int64 (size)
  /// Numbers of a class's rows, ascending.
  std::span<const int64_t> of_class(int64_t label) const { return of_class_[static_cast<size_t>(label)]; }

  /// The pictures of these numbers (not row numbers: 0 … size − 1), and their labels.
  RealBatch batch(std::span<const int64_t> numbers) const;
  /// As bytes (n, height · width · channels), for whoever measures pixels.
  Tensor bytes(std::span<const int64_t> numbers) const;
  /// 0 and 255, as networks see them.
  PixelRange range() const;
  /// Normalised pictures in units of a pixel's range, 0…1: (n, height, width, channels).
  Tensor in_pixels(const Tensor& normalised) const;

 private:
  ImageSize size_;
  int classes_;
  nn::PixelStatistics statistics_;
  c10::Device device_;
  Tensor bytes_;   ///< uint8 (size, height · width · channels)
  Tensor labels_;  ///< int64 (size)
  Tensor mean_;    ///< (1, channels, 1, 1), of pixels in [0, 255]
  Tensor scale_;
  std::vector<std::vector<int64_t>> of_class_;
};

/// Which real rows a step sees. A draw follows from `random` alone.
class RealSampler {
 public:
  virtual ~RealSampler() = default;
  /// Of one class.
  virtual RealBatch of_class(int64_t label, Random random) const = 0;
  /// Of all of them.
  virtual RealBatch of_all(Random random) const = 0;
};

/// `each` rows of a class, or as many as it has, without repeats. of_all(): of every class as many
/// as the smallest has.
std::unique_ptr<RealSampler> sample_per_class(const RealRows& real, int64_t each);
/// `count` rows, whatever their class, without repeats.
std::unique_ptr<RealSampler> sample_mixed(const RealRows& real, int64_t count);
/// As sample_per_class(), but always the same rows: of each class those nearest to the centres of
/// as many clusters (Y. Liu et al., "DREAM", ICCV 2023, with pixels in place of features).
std::unique_ptr<RealSampler> sample_representative(const RealRows& real, int64_t each, uint64_t seed, const Context& context);

/// `count` rows of a class as a method of selection chooses them by their pixels (select/select.h):
/// "random", "herding", "k-means", … Numbers, ascending. Throws InputError for a method that is
/// unknown or wants more than a matrix, and for a class with fewer rows. Memory: the class's pixels
/// as floats.
std::vector<int64_t> rows_chosen_by(const std::string& method, const RealRows& real, int64_t label, int64_t count, uint64_t seed,
                                    const Context& context);

}  // namespace decant::distill
