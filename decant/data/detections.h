// What a detector found beside what there is, as a metric takes both.
//
// Where masks are measured, each object has an outline, as its file says it. Its mask is made where
// it is compared and dropped right after, for a polygon of twenty bytes takes a megabyte as runs
// when it is as wide as a picture can be; a file of them would take gigabytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decant/data/runs.h"

namespace decant {

/// In pixels. Not `Box`: x + width - x is not always width, and one bit may decide a match.
struct Rectangle {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

struct TrueObject {
  int64_t picture = 0;  ///< 0 … pictures − 1, ascending as their ids
  int32_t label = 0;    ///< 0 … classes − 1
  Rectangle box;
  double area = 0;     ///< as the file says: of the mask, where there is one
  bool crowd = false;  ///< a region of many: any number of matches are no errors, and none is missed
  /// A match is no error, and it need not be found: VOC's difficult objects. Not in COCO's files.
  bool ignored = false;
  /// Its id is 0, which pycocotools takes for "no match": whatever is matched to it is an error.
  bool id_is_zero = false;
};

struct DetectedObject {
  int64_t picture = 0;
  int32_t label = 0;
  Rectangle box;
  std::optional<double> area;  ///< nothing: that of its mask, or box
  double score = 0;
};

/// The parts of an object, or the runs of its mask. Neither: it is its box.
struct Outline {
  std::vector<std::vector<double>> polygons;  ///< each x, y, x, y, … in pixels, three points or more
  Runs runs;                                  ///< of the whole picture
};

struct MaskSize {
  int64_t height = 0;
  int64_t width = 0;
};

struct Detections {
  int64_t pictures = 0;
  int32_t classes = 0;
  std::vector<TrueObject> truth;      ///< those of one picture in the order of the file
  std::vector<DetectedObject> found;  ///< likewise; beyond the best 100 of a picture and class none counts
  bool masks = false;                 ///< IoU of masks, not of boxes. Then there are also:
  std::vector<MaskSize> sizes;        ///< of each picture
  std::vector<Outline> truth_outlines;
  std::vector<Outline> found_outlines;
};

/// The pixels of an object in a picture of that size. REQUIRES: runs, where there are some, cover
/// it; finite coordinates.
Runs mask_of(const Outline& outline, const Rectangle& box, MaskSize size);

}  // namespace decant
