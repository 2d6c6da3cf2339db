// Cells that must stay, since they hold what a picture is there to teach.
//
// A detector that is trained on a picture whose cells were dropped is still asked to find every box
// of it, and a segmenter cannot learn a class of which there is next to nothing. So a cell stays
//
//     that holds more than a share x of an object:   |object ∩ cell| > x · |object ∩ picture|
//     that holds a pixel of a rare class of a mask
//
// where |…| is an area in pixels: of an object's pixels where they are known, else of its box.
// Areas are those inside the picture, so the shares of one object add up to 1. With x = 0 a cell
// stays that any part of an object lies in; with x = 1 none does for objects.
//
// Cells are the rectangles of a grid over the picture as it is annotated (cells_turned()): each
// pixel lies in exactly one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/data/objects.h"
#include "decant/data/patch_grid.h"

namespace decant::patches {

/// Area of a box inside each cell. REQUIRES: finite edges.
std::vector<double> areas_in_cells(std::span<const PatchRect> cells, const Box& box);

/// Pixels of an object inside each cell. REQUIRES: runs (data/runs.h) of a picture of this height,
/// whose cells these are. O(cells + runs · lines of cells).
std::vector<double> areas_in_cells(std::span<const PatchRect> cells, std::span<const int64_t> runs, int64_t height);

/// Marks the cells that hold more than `share` of an object, of which `areas` lies in each.
void hold_object(std::span<const double> areas, double share, std::vector<bool>& held);

/// Marks the cells that hold a pixel of a class that `wanted` marks. REQUIRES: cells of the mask's
/// picture; labels below wanted.size(), or kNoLabel.
void hold_classes(std::span<const PatchRect> cells, const ClassMask& mask, const std::vector<bool>& wanted, std::vector<bool>& held);

}  // namespace decant::patches
