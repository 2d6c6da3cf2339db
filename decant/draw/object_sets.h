// A set of drawn pictures with several things in each, in the four formats that say where things
// are: COCO, Pascal VOC, YOLO, and masks of classes.
//
//   FOLDER/coco/annotations/instances_train.json, coco/train/00000.jpg …   boxes and masks as runs
//   FOLDER/voc/Annotations/00000.xml, JPEGImages/, ImageSets/Main/         boxes
//   FOLDER/yolo/data.yaml, images/train/, labels/train/                    boxes
//   FOLDER/masks/images/train/, masks/train/, classes.txt                  a class for every pixel
//   FOLDER/drawn.json                                                      how it was drawn
//
// The pictures are the same in all of them, and their rows have one order. Where a thing is follows
// from the pixels that were painted, so boxes and masks are exact. The classes have a long tail,
// and are numbered as they first appear, which is VOC's order; some pictures are crowded, some are
// empty.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"

namespace decant {

struct ObjectSetOptions {
  int train = 400;       ///< pictures, 1 … 5,000
  int validation = 100;  ///< 0 … 5,000
  int side = 128;        ///< pixels, 48 … 512
  uint64_t seed = 0;
};

struct DrawnObject {
  int label = 0;
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< edges of its box
  int64_t pixels = 0;                  ///< of it that are seen
  bool operator==(const DrawnObject&) const = default;
};

struct DrawnObjects {
  std::vector<std::string> classes;
  std::vector<std::vector<DrawnObject>> pictures;  ///< training pictures first
};

/// Draws and writes all four. The folder appears under its name when it is complete; one that
/// exists is an InputError, unless it was drawn and `overwrite` is set. Same options, same bytes.
/// Memory: a byte for each pixel of the set. Throws InputError for options out of range, IoError.
DrawnObjects draw_object_set(const std::filesystem::path& folder, const ObjectSetOptions& options, const Context& context = {},
                             bool overwrite = false);

}  // namespace decant
