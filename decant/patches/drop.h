// From importance to a mask, and from a mask to pixels.
#pragma once

#include <span>

#include "decant/data/image.h"
#include "decant/data/patch_mask.h"

namespace decant::patches {

/// Drops the `count` least important cells; of equal ones, those with the larger number. REQUIRES:
/// one importance for each cell, none of them NaN; 0 ≤ count < cells.
PatchMask drop_least(const PatchGrid& grid, std::span<const float> importance, int count);

/// Drops the cells whose worth is below `least`, the lowest first, and at most `most` of them.
/// REQUIRES: as drop_least(); 0 ≤ most < cells.
PatchMask drop_below(const PatchGrid& grid, std::span<const float> worth, float least, int most);

/// Cells that a share of them comes to: round(share · cells), at most all but one.
int cells_of(double share, int cells);

/// Gives every dropped cell its mean colour, rounded half up, each channel by itself: what a raw
/// picture keeps of a dropped cell. REQUIRES: the mask is of this picture's size.
void flatten_dropped(Image& image, const PatchMask& mask);

}  // namespace decant::patches
