// From importance to a mask, and from a mask to pixels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/image.h"
#include "decant/data/patch_mask.h"

namespace decant::patches {

/// Drops the `count` least important cells; of equal ones, those with the larger number. REQUIRES:
/// one importance for each cell, none of them NaN; 0 ≤ count < cells.
PatchMask drop_least(const PatchGrid& grid, std::span<const float> importance, int count);

/// Drops the cells whose worth is below `least`, the lowest first, and at most `most` of them.
/// REQUIRES: as drop_least(); 0 ≤ most < cells.
PatchMask drop_below(const PatchGrid& grid, std::span<const float> worth, float least, int most);

/// Gives cells that must stay an infinite importance or worth, and returns how many are left.
/// REQUIRES: as many flags as values.
int exempt(const std::vector<bool>& held, std::span<float> importance);

/// Cells that a share of them comes to: round(share · cells), at most all but one.
int cells_of(double share, int cells);

/// Gives every dropped cell its mean colour, rounded half up, each channel by itself: what a raw
/// picture keeps of a dropped cell. REQUIRES: the mask is of this picture's size.
void flatten_dropped(Image& image, const PatchMask& mask);

/// How many cells of some pictures were to be dropped, and were, where others had to stay.
struct DropTally {
  int64_t cells = 0;  ///< of all pictures
  int64_t asked = 0;
  int64_t dropped = 0;
  int64_t pictures_short = 0;  ///< that lost fewer than asked

  void add(int of_picture, int asked_of_it, int dropped_of_it);
  DropTally& operator+=(const DropTally& other);
  double percent_of_cells(int64_t some) const { return cells == 0 ? 0 : 100.0 * static_cast<double>(some) / static_cast<double>(cells); }
  bool operator==(const DropTally&) const = default;
};

}  // namespace decant::patches
