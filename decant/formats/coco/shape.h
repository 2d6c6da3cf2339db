// The outline or mask of an annotation, read anew where it is drawn or judged.
#pragma once

#include <string_view>

#include "decant/data/objects.h"

namespace decant::coco {

/// Fills polygons, or runs and their size, from an annotation's JSON. False where it has no usable
/// segmentation: none, a polygon of fewer than three points, runs that do not add up.
bool read_shape(std::string_view element, ObjectShape& out);

}  // namespace decant::coco
