// Which cells of a picture are kept, and which were dropped. In every format of decant's a dropped
// cell keeps its mean colour, so that a picture with dropped cells is a picture like any other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "decant/data/patch_grid.h"

namespace decant {

struct PatchMask {
  PatchGrid grid;
  std::vector<bool> kept;  ///< (grid.count())

  /// Nothing dropped.
  static PatchMask whole(const PatchGrid& grid) { return {grid, std::vector<bool>(static_cast<size_t>(grid.count()), true)}; }

  int kept_count() const { return static_cast<int>(std::count(kept.begin(), kept.end(), true)); }
  int dropped_count() const { return grid.count() - kept_count(); }
  bool operator==(const PatchMask&) const = default;
};

}  // namespace decant
