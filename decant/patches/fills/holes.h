// The dropped cells of a picture, laid out for stencils: the picture with a margin of one pixel,
// and the values of dropped cells alone, one cell after the other, line by line.
#pragma once

#include <cstddef>
#include <vector>

#include "decant/data/patch_mask.h"

namespace decant::patches {

/// A dropped cell. Places count values, not pixels.
struct Hole {
  PatchRect pixels;
  int at;      ///< of its first value in the layout with a margin
  int lines;   ///< of `count` values each
  int count;   ///< a multiple of the channels
  int values;  ///< of its first value among those of dropped cells
};

class Holes {
 public:
  Holes(const PatchMask& mask, int channels)
      : width_(mask.grid.width()), height_(mask.grid.height()), channels_(channels), pitch_((width_ + 2) * channels) {
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      if (!mask.kept[static_cast<size_t>(cell)]) add(mask.grid.pixels(cell));
    }
  }

  const std::vector<Hole>& all() const { return all_; }
  size_t size() const { return size_; }  ///< values that were dropped
  int channels() const { return channels_; }
  int width() const { return width_; }
  int height() const { return height_; }

  int pitch() const { return pitch_; }  ///< values from one line of the layout to the next
  size_t layout_size() const { return static_cast<size_t>(pitch_) * static_cast<size_t>(height_ + 2); }
  int place(int x, int y) const { return (y + 1) * pitch_ + (x + 1) * channels_; }

 private:
  void add(const PatchRect& cell) {
    const int count = cell.width() * channels_;
    all_.push_back({cell, place(cell.left, cell.top), cell.height(), count, static_cast<int>(size_)});
    size_ += static_cast<size_t>(count) * static_cast<size_t>(cell.height());
  }

  int width_;
  int height_;
  int channels_;
  int pitch_;
  std::vector<Hole> all_;
  size_t size_ = 0;
};

}  // namespace decant::patches
