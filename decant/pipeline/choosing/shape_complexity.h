// How much shape there is to learn in a picture: the sum over its objects of how complex their
// outlines are, each as a share of what its class has.
//
//     score_i = Σ_{objects o of i} s_o / Z_c(o),   Z_c = Σ s_o over the set,   s = P / (2 √(π A))
//
// s is 1 for a disc and grows with the length P of an outline around an area A; of an outline in
// parts, that of the largest part counts. An object that has a box alone, or a mask, counts as a
// disc, so that of sets with boxes alone the score is Σ 1/N_c.
//
// Source: "TFDP", shape complexity with class balance (SCS, CB-SCS), ICLR 2025. There a polygon is
// drawn and followed pixel by pixel, by which thin shapes lose their area; here both are those of
// the polygon itself.
#pragma once

#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

/// As --scores names it.
inline constexpr const char* kShapeComplexity = "shape-complexity";

/// Of all rows; NaN for those `left_out`, 0 for those without objects that count. Reads outlines,
/// on all threads. Throws InputError for rows without boxes.
std::vector<double> shape_complexity(const Rows& rows, const Subset& left_out, const Context& context);

/// s of a closed polygon, x, y, x, y, …; 1 where it has no area.
double outline_complexity(std::span<const double> polygon);

}  // namespace decant
