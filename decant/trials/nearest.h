// How near a set of pictures comes to a row: what the set itself says of whose rows it was made of.
#pragma once

#include <vector>

#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant::trials {

/// Of each of `asked` among `rows`, the least mean square by which its pixels differ from those of
/// a picture of `set`, both as squares of `side`. Cost: asked · set · pixels. REQUIRES: pictures; a
/// set that is not empty.
std::vector<double> nearest_distances(const Rows& rows, const Subset& asked, const Rows& set, int side);

}  // namespace decant::trials
