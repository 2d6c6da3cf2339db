// The cells that a picture is cut into, when some of it is to be dropped.
//
// Cells follow the picture as it is stored, at its own size and aspect ratio. Their borders lie
// between the units that its file is made of: the MCUs of a JPEG, the pixels of anything else.
// Along a side of U units there are C = min(asked, U) cells, and cell i takes the units
//
//     [ ⌊i · U / C⌋, ⌊(i + 1) · U / C⌋ )
//
// so cells differ by one unit at most, and none is empty. Cells are numbered in reading order.
#pragma once

#include <cstdint>

#include "decant/data/image.h"

namespace decant {

/// Left, top inside; right, bottom outside.
struct PatchRect {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool operator==(const PatchRect&) const = default;
};

/// That part of a picture. REQUIRES: inside of it, not empty.
void cut_out(ImageView whole, const PatchRect& rect, Image& part);

/// Pixels of a unit: 8 or 16 each way for a JPEG.
struct PatchUnit {
  int width = 1;
  int height = 1;
  bool operator==(const PatchUnit&) const = default;
};

class PatchGrid {
 public:
  PatchGrid() = default;
  /// At most `cells` each way. REQUIRES: all of them ≥ 1.
  PatchGrid(int width, int height, PatchUnit unit, int cells);
  /// Of just so many cells. REQUIRES: 1 ≤ columns ≤ units across, 1 ≤ rows ≤ units down.
  PatchGrid(int width, int height, PatchUnit unit, int columns, int rows);

  int width() const { return width_; }  ///< of the picture, in pixels
  int height() const { return height_; }
  PatchUnit unit() const { return unit_; }
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  int count() const { return columns_ * rows_; }

  /// In units: what a JPEG drops.
  PatchRect units(int cell) const;
  /// In pixels, cut off at the picture's edge: what is filled. Never empty.
  PatchRect pixels(int cell) const;
  /// The cell that a unit lies in.
  int cell_of(int unit_x, int unit_y) const;

  bool operator==(const PatchGrid&) const = default;

 private:
  int units_across() const { return (width_ + unit_.width - 1) / unit_.width; }
  int units_down() const { return (height_ + unit_.height - 1) / unit_.height; }

  int width_ = 0;
  int height_ = 0;
  PatchUnit unit_;
  int columns_ = 0;
  int rows_ = 0;
};

}  // namespace decant
