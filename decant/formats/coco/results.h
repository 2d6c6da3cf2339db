// What a detector found, in the form of COCO's results, beside the json that it is measured
// against.
//
//   [{"image_id": 42, "category_id": 18, "bbox": [258.15, 41.29, 348.26, 243.78], "score": 0.236},
//    {"image_id": 73, "category_id": 11, "segmentation": {"size": [480, 640], "counts": "…"},
//     "score": 0.318}, …]
//
// Fields are taken as pycocotools' `loadRes` takes them. A result with a box has the box's area
// even where masks are measured, one without has its mask's; a result without an outline is the
// mask of its box. Truth is taken whole, with what choosing leaves out as broken.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/data/detections.h"

namespace decant::coco {

/// Pixels, of a picture whose masks are measured: the most that a JPEG can have. Each mask of a
/// polygon takes 16 bytes for each column that it lies in, however short it is written.
constexpr int64_t kLongestSide = 65535;

struct Measured {
  Detections detections;
  std::vector<std::string> classes;
  std::vector<Oddity> oddities;
};

/// `masks`: IoU is to be that of masks. Reads both files over their memory maps; memory: 80 bytes
/// an object, and for masks 48 more, 8 for each number of its polygons or runs. Throws IoError,
/// and InputError, which names file and byte: a truth that is none (coco_json.h), results that are
/// no list, of an image that is not in the truth, without a box (or an outline), a class or a
/// finite score; for masks, a true object without an outline, a mask of another size than its
/// picture's, a picture without a size or with a side beyond kLongestSide.
Measured read_results(const std::filesystem::path& truth, const std::filesystem::path& results, bool masks, const Context& context);

}  // namespace decant::coco
