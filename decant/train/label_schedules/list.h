// One function for each schedule of labels, in a file of its own.
#pragma once

#include "decant/train/label_schedule.h"

namespace decant::train {

LabelSchedule always_soft();
LabelSchedule soft_hard_soft();
LabelSchedule falling_temperature();

}  // namespace decant::train
