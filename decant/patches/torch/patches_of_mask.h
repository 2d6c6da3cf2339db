// From the cells of a stored picture to a network's patches.
#pragma once

#include <vector>

#include "decant/data/patch_mask.h"

namespace decant::patches {

/// Which of `across` × `down` equal patches over the picture are kept: those that share no area
/// with a dropped cell. In reading order.
std::vector<bool> patches_of_mask(const PatchMask& mask, int across, int down);

}  // namespace decant::patches
