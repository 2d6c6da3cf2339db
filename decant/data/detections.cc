#include "decant/data/detections.h"

namespace decant {
namespace {

std::vector<double> corners_of(const Rectangle& box) {
  const double right = box.x + box.width, bottom = box.y + box.height;
  return {box.x, box.y, box.x, bottom, right, bottom, right, box.y};
}

}  // namespace

Runs mask_of(const Outline& outline, const Rectangle& box, MaskSize size) {
  if (!outline.runs.empty()) return outline.runs;
  if (!outline.polygons.empty()) return runs_of_polygons(outline.polygons, size.height, size.width);
  return runs_of_polygon(corners_of(box), size.height, size.width);
}

}  // namespace decant
