// measure: how well a detector's results agree with the truth, from two files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/metrics/average_precision.h"

namespace decant {

struct MeasureOptions {
  std::filesystem::path truth;    ///< a COCO json
  std::filesystem::path results;  ///< COCO's results
  bool masks = false;             ///< IoU of masks, not of boxes

  void declare(OptionTable& table);
};

struct DetectionScores {
  CocoScores scores;
  std::vector<std::string> classes;
  std::vector<int64_t> objects;  ///< of each class, crowds left out
  int64_t pictures = 0;
  int64_t found = 0;
};

/// Throws InputError (formats/coco/results.h), IoError, Cancelled.
DetectionScores measure(const MeasureOptions& options, const Context& context);

std::string measured_text(const DetectionScores& measured);
Json to_json(const DetectionScores& measured);

}  // namespace decant
