// What a trial took: the seconds of its stages, arm by arm, and the memory of the process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/trial_record.h"

namespace decant {

/// All stages of one arm, of every seed.
struct ArmCost {
  std::string arm;
  int64_t stages = 0;
  int64_t kept = 0;    ///< of these, by an earlier call
  int64_t timed = 0;   ///< of these, whose seconds are known
  double seconds = 0;  ///< of those, summed; stages run side by side

  std::string each_text() const;  ///< seconds of a stage; "–" where none is known
  std::string all_text() const;   ///< seconds of all, "–" unless all are known
};

/// Arms in order of appearance.
std::vector<ArmCost> costs_of(const TrialRecord& record);

/// "This call took 3 min 20 s and at most 412 MB of memory.", a line; empty where nothing was
/// measured.
std::string costs_sentence(const TrialRecord& record);

}  // namespace decant
