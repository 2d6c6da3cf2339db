// measure: how well predictions agree with the truth, from two files of objects or two folders of
// masks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/metrics/average_precision.h"

namespace decant {

struct MeasureOptions {
  std::filesystem::path truth;    ///< a COCO json, or a folder of masks
  std::filesystem::path results;  ///< COCO's results, or a folder of masks of the same names
  bool masks = false;             ///< of objects: IoU of masks, not of boxes
  std::string ignore;             ///< of folders: values of the truth that count nowhere, between commas

  void declare(OptionTable& table);
};

struct DetectionScores {
  CocoScores scores;
  std::vector<std::string> classes;
  std::vector<int64_t> objects;  ///< of each class, crowds left out
  int64_t pictures = 0;
  int64_t found = 0;
};

/// Mean IoU of semantic masks (metrics/mean_iou.h).
struct SegmentationScores {
  struct OfClass {
    uint32_t value = 0;  ///< in the masks; of colours R · 65536 + G · 256 + B
    std::optional<double> iou;
    int64_t pixels = 0;  ///< of the truth
  };
  double mean_iou = 0;
  double pixel_accuracy = 0;
  std::vector<OfClass> classes;  ///< ascending by value
  int64_t pictures = 0;
  int64_t ignored = 0;  ///< pixels
  bool colours = false;
};

/// Whether masks are measured, as `truth` is a folder.
bool measures_folders(const MeasureOptions& options);

/// Of every PNG below `truth`, and its namesake below `results`. Reads each twice, on all threads.
/// Throws InputError: no PNG there, one without a namesake or of another size, more than 1,000
/// values, values of one side and colours of the other, and what masks/mask_values.h refuses;
/// IoError, Cancelled.
SegmentationScores measure_masks(const MeasureOptions& options, const Context& context);
std::string measured_text(const SegmentationScores& measured);
Json to_json(const SegmentationScores& measured);

/// Throws InputError (formats/coco/results.h), IoError, Cancelled.
DetectionScores measure(const MeasureOptions& options, const Context& context);

std::string measured_text(const DetectionScores& measured);
Json to_json(const DetectionScores& measured);

}  // namespace decant
