// A picture before and after something was taken from it.
//
// Dropped cells are filled at the size shown, so that a large photograph costs no more than a small
// one: a pixel of the thumbnail counts as kept where nothing of it comes from a dropped cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/data/patch_mask.h"

namespace decant::report {

constexpr int kReducedSide = 240;

struct ReducedPicture {
  int64_t row = 0;
  std::string key;
  std::string label;  ///< its class; may be empty
  int cells = 0;      ///< 0 where none was dropped
  int cells_kept = 0;
  // JPEGs, at most kReducedSide pixels long.
  std::vector<std::byte> original;
  std::vector<std::byte> stored;
  std::vector<std::byte> filled;  ///< empty where no cell was dropped
  ImageSize size;                 ///< of `original`, in pixels
  ImageSize stored_size;          ///< of `stored`, before it was made a thumbnail
  std::string outline;            ///< SVG path around what was dropped, in pixels of `stored_size`; may be empty
};

/// Training row `row` of the source next to picture `place` of what was written. Nothing where one
/// of them does not decode. Thread-safe.
std::optional<ReducedPicture> reduced_picture(const Dataset& source, int64_t row, const Rows& written, int64_t place);

/// The border between dropped cells and all else, as an SVG path in pixels.
std::string outline_of(const PatchMask& mask);

/// The mask of a picture shrunk to `size` by resize_bilinear(): a cell per pixel, kept where no
/// pixel of a dropped cell has a share in it. The mask itself when the size is its own.
PatchMask mask_at(const PatchMask& mask, ImageSize size);

}  // namespace decant::report
