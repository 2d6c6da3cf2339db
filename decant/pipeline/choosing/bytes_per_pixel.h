// How many bytes a picture's file takes for each of its pixels: pictures that compress badly have
// more to show.
#pragma once

#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

/// As --scores names it.
inline constexpr const char* kBytesPerPixel = "bytes-per-pixel";

/// Of all rows; NaN for those `left_out`. Decodes every picture, on all threads. Throws InputError
/// for rows that are no picture files: of raw pixels all take the same.
///
/// Source: a score of how complex pictures look for choosing without training (arXiv:2408.07243),
/// which that work spreads over a graph of neighbours (--method d2 does).
std::vector<double> bytes_per_pixel(const Rows& rows, const Subset& left_out, const Context& context);

}  // namespace decant
