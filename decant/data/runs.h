// Masks of objects as runs, and the pixels that an outline covers.
//
// The pixels of a picture column by column, each from top to bottom, are runs of pixels outside and
// inside the object in turn; the first run is outside, and may be empty.
//
//   0 0 0 0
//   0 1 1 0     the runs 4 2 1 2 3
//   0 1 1 0     (3 rows, 4 columns)
//
// It is the order of COCO's files and of pycocotools, whose results these functions equal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/objects.h"

namespace decant {

/// Lengths of runs, each at least 0.
using Runs = std::vector<int64_t>;

/// Whether they are those of a picture of that size. Sizes up to 2^31 each.
bool cover(std::span<const int64_t> runs, int64_t height, int64_t width);

/// Pixels inside.
int64_t area_of(std::span<const int64_t> runs);

/// The smallest box around the pixels inside; all 0 where there are none. REQUIRES: height ≥ 1.
Box box_of(std::span<const int64_t> runs, int64_t height);

/// Pixels inside both. REQUIRES: runs of pictures of one size.
int64_t common_area(std::span<const int64_t> a, std::span<const int64_t> b);

/// Pixels inside any. REQUIRES: runs of pictures of one size; at least one mask.
Runs united(std::span<const Runs> masks);

/// The pixels that a polygon covers: x, y, x, y, … in pixels, at least three points, the last
/// joined to the first. Equal to pycocotools' `frPyObjects`, which walks the outline on a grid of a
/// fifth of a pixel (P. Dollár, COCO API, maskApi.c); that walk takes as many steps as the outline
/// is long, this one as many as it crosses columns of the picture: O(points + crossings), and a
/// sort of those in one column.
/// Coordinates beyond ± 2^26 count as that. REQUIRES: finite coordinates, sides up to 2^31.
Runs runs_of_polygon(std::span<const double> points, int64_t height, int64_t width);

/// The pixels that any of some polygons covers, in the memory of the result and of one polygon.
/// REQUIRES: at least one; each as above.
Runs runs_of_polygons(std::span<const std::vector<double>> polygons, int64_t height, int64_t width);

}  // namespace decant
