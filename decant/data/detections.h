// What a detector found beside what there is, as a metric takes both.
#pragma once

#include <cstdint>
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
  Runs mask;  ///< of the whole picture; empty where boxes are measured
};

struct DetectedObject {
  int64_t picture = 0;
  int32_t label = 0;
  Rectangle box;
  double area = 0;  ///< of the box or of the mask
  double score = 0;
  Runs mask;
};

struct Detections {
  int64_t pictures = 0;
  int32_t classes = 0;
  std::vector<TrueObject> truth;      ///< those of one picture in the order of the file
  std::vector<DetectedObject> found;  ///< likewise; beyond the best 100 of a picture and class none counts
  bool masks = false;                 ///< IoU of masks, not of boxes
};

}  // namespace decant
