// What --against names: a way of choosing rows, and what is done to their pictures.
//
//     full   random   auto   bins+lambda=0.5                     rows as they are
//     random+drop=25%   auto+drop=50%+importance=gradcam+++fill=harmonic   random+quality=50
//
//     dq = bins+drop=25%+importance=gradcam+++fill=mae          Dataset Quantization, whole
//
// drop, importance, fill, quality and resolution are for the pictures; all other options are the
// method's.
#pragma once

#include <string>

#include "decant/pipeline/patching/reducing.h"

namespace decant {

struct ArmSpec {
  std::string name;  ///< as typed
  std::string base;  ///< "full", "random", or a method with its options
  ReduceOptions reducing;
  std::string fill = "stored";

  bool changes_pictures() const { return !reduce_plan(reducing).nothing(); }
};

/// `defaults`: of --importance and its like. Throws UsageError for values out of range, an unknown
/// way of filling, and importance or fill where nothing is dropped. The base is not looked at.
ArmSpec parse_arm(const std::string& name, const ImportanceOptions& defaults);

}  // namespace decant
