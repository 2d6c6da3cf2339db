// The pictures of some rows at training size, ready to be read at random by many threads.
//
// Every picture becomes a square of the same side and the same number of channels: the centre
// square of the picture (its whole shorter side) is resized with an antialiased triangle filter. A
// picture that already has the size is taken as it is. Stretching a whole picture to a square would
// bend shapes, and would bend those of the training and the test pictures differently.
//
// The pictures are decoded once, on all threads, into one block of bytes (n, side, side, channels)
// when that block fits; otherwise each call decodes again. A table is a constant: one table over
// all rows that are needed serves any number of trainings at the same time.
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"

namespace decant::loader {

/// Largest side that pictures keep as their own when image_size is 0, and the side that all others
/// get.
inline constexpr int kDefaultSide = 64;

/// The common size of `chosen` rows: squares of `image_size`; 0 = their own size if all are alike,
/// square and ≤ 64, else 64. One channel when all are grey, else three. Formats of fixed size cost
/// one decoded picture; otherwise pictures are decoded until the answer is known, which for
/// photographs is the first few and for small pictures all of them.
ImageSize training_size(const Rows& rows, std::span<const int64_t> chosen, int image_size, const Context& context);

/// `picture` as a square of size.width = size.height, written to `out` (size.bytes()). Grey becomes
/// three equal channels; colour becomes grey by the Rec. 601 weights (77 R + 150 G + 29 B) / 256.
void fit_picture(const Image& picture, ImageSize size, uint8_t* out);

/// Decoded pictures are kept up to this many bytes, else decoded again for every batch.
inline constexpr int64_t kKeptBytes = int64_t{1} << 30;

class ImageTable {
 public:
  /// `rows` must outlive the table; `chosen`: ascending. The block is kept when it takes at most
  /// `cache_bytes`. Throws what Pictures::decode throws (at once if kept, else from pixels()), and
  /// Cancelled.
  ImageTable(const Rows& rows, std::span<const int64_t> chosen, ImageSize size, int64_t cache_bytes, const Context& context);

  /// What pixels() needs when pictures are not kept. One for each thread, used again and again.
  struct Scratch {
    Image decoded;
    std::vector<uint8_t> fitted;
  };

  /// The picture of `row`, (height, width, channels). Lives as long as the table, or until
  /// `scratch` is used again. REQUIRES: `row` is one of `chosen` if the table is kept. Thread-safe.
  const uint8_t* pixels(int64_t row, Scratch& scratch) const;

  const Rows& rows() const { return *rows_; }
  ImageSize size() const { return size_; }
  bool kept() const { return block_ != nullptr; }

  /// The kept pictures of `chosen`, (n, height, width, channels); empty if they are not kept.
  std::span<const uint8_t> block() const { return {block_.get(), block_bytes_}; }
  /// Which picture of the block `row` is. REQUIRES: kept(), and `row` is one of `chosen`.
  int64_t slot(int64_t row) const;

  /// What `make` gives, kept under `name` for as long as the table lives: something made of the
  /// table that several trainings share, such as its copy on another device. The first caller makes
  /// it, others wait for it; if `make` throws, the next caller tries again. Thread-safe; `make`
  /// must not ask for another.
  std::any attached(const std::string& name, const std::function<std::any()>& make) const;

 private:
  void fill(std::span<const int64_t> chosen, const Context& context);

  const Rows* rows_;
  const Pictures* pictures_;
  ImageSize size_;
  std::vector<int32_t> slots_;  ///< of every row of rows_; −1 = not in the block
  std::unique_ptr<uint8_t[]> block_;
  size_t block_bytes_ = 0;
  mutable std::mutex attached_mutex_;
  mutable std::map<std::string, std::any> attached_;
};

}  // namespace decant::loader
