// A training that has failed: its loss is no longer a finite number.
#pragma once

#include <cstdint>

#include "decant/base/errors.h"

namespace decant::train {

/// Who compares trainings may count it as guessing; for everybody else it is an error to report.
class Diverged : public InputError {
 public:
  /// `at`: the step; `value`: the loss; `used`: the learning rate.
  Diverged(int64_t at, float value, double used);
  int64_t step;
  float loss;
  double rate;
};

}  // namespace decant::train
