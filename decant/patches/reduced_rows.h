// Rows whose pictures are made smaller as they are read: cells dropped, coarser, fewer pixels.
//
// Bytes are those of a file that holds the reduced picture, and pixels are what any loader decodes
// from those bytes, so that what is written and what is trained on are the same thing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "decant/data/rows.h"
#include "decant/patches/ignored_cells.h"

namespace decant::patches {

/// What is done to one picture. Nothing: its best lossless re-coding.
struct Reduction {
  int quality = 0;  ///< as Recoding's
  int eighths = 8;  ///< as Recoding's
  /// The cells kept, of the grid over what the picture becomes; null = every one.
  std::function<PatchMask(const PatchGrid& grid)> mask = nullptr;
};

/// Called from several threads.
using Reducer = std::function<Reduction(int64_t row)>;

/// Encoded pictures (JPEG, PNG, WebP) give re-coded bytes: formats/image/recode.h. Raw ones (CIFAR,
/// IDX) have no file of their own; their bytes stay the source's, and mask and pixels, in which a
/// dropped cell has its mean colour, are what a container stores. What rows teach stays, but for
/// masks of classes: dropped cells count nowhere. Nothing is kept: every call works anew.
class ReducedRows final : public WrappedRows, public Pictures {
 public:
  /// `cells`: each way, at most. REQUIRES: rows with pictures.
  ReducedRows(std::shared_ptr<const Rows> below, int cells, Reducer reduce);
  ReducedRows(const ReducedRows&) = delete;
  ReducedRows& operator=(const ReducedRows&) = delete;

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override;
  /// Reduces every picture, on this thread.
  int64_t stored_bytes() const override;
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return ignoring_ ? &*ignoring_ : below().targets(); }

  void decode(int64_t row, Image& image) const override;
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  PictureBytes stored_as() const override { return below().pictures()->stored_as(); }
  std::optional<PatchMask> mask(int64_t row) const override;

 private:
  std::optional<PatchMask> mask_of_file(int64_t row) const;
  std::optional<PatchMask> mask_of_raw(int64_t row, ImageSize size) const;

  int cells_;
  Reducer reduce_;
  std::optional<IgnoredCells> ignoring_;  ///< of rows with masks of classes
};

}  // namespace decant::patches
