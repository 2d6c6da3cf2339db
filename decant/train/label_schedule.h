// When a training teaches what the views of a set were labelled with, how much softened, and when
// the classes alone.
//
// A schedule is one file in label_schedules/ and one line in label_schedules/list.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decant/base/context.h"

namespace decant::train {

/// What an update teaches.
struct LabelMoment {
  bool soft = true;              ///< the labels of views; else the classes, of pictures that are cut anew
  double given_temperature = 1;  ///< of the labels
  double own_temperature = 1;    ///< of what is trained
  double smoothing = 0;          ///< of the classes
};

struct LabelSchedule {
  std::string name;
  std::string summary;  ///< one line, with its source
  /// `progress`: share of the updates that were made, below 1. `temperature`: that of TrainOptions.
  std::function<LabelMoment(double progress, double temperature)> at;
};

/// Throws InputError for an unknown one, with the nearest.
const LabelSchedule& label_schedule_named(const std::string& name);
std::vector<std::string> label_schedule_names();

/// Adds one of the caller's. Nothing guards the list against threads. REQUIRES: a name that is not
/// taken.
const LabelSchedule& add_label_schedule(LabelSchedule schedule);

}  // namespace decant::train
