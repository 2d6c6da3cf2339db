// Pictures that were taken with the camera on its side. EXIF says by a number how a viewer must
// turn what is stored:
//
//     1  as it is              5  mirrored along the falling diagonal
//     2  mirrored left-right   6  a quarter turn clockwise
//     3  half a turn           7  mirrored along the rising diagonal
//     4  mirrored top-bottom   8  a quarter turn anticlockwise
//
// Decoders turn nothing, as PIL's do not. What is annotated in a picture may lie in it as it is
// stored or as it is shown (Targets::orientation()); who looks at both turns the pixels.
//
// Source: JEITA CP-3451, Exif 2.3, tag 274.
#pragma once

#include <vector>

#include "decant/data/image.h"
#include "decant/data/patch_mask.h"
#include "decant/data/rows.h"

namespace decant {

/// Turns the pixels. REQUIRES: 1 ≤ orientation ≤ 8. O(pixels), and a copy of them unless it is 1.
void turn_upright(Image& image, int orientation);

/// Where the cells of a picture, as it is stored, lie in it once it is turned, in pixels, in the
/// order of the grid. REQUIRES: 1 ≤ orientation ≤ 8.
std::vector<PatchRect> cells_turned(const PatchGrid& grid, int orientation);

/// The same of those that were dropped.
std::vector<PatchRect> dropped_turned(const PatchMask& mask, int orientation);

/// The picture of a row in which its annotations lie. REQUIRES: rows with pictures. Throws what
/// Pictures::decode() throws. Thread-safe.
void decode_as_annotated(const Rows& rows, int64_t row, Image& image);

}  // namespace decant
