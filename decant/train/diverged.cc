#include "decant/train/diverged.h"

#include <fmt/core.h>

namespace decant::train {

Diverged::Diverged(int64_t at, float value, double used)
    : InputError({"", fmt::format("step {}", at), fmt::format("the loss is no longer finite ({})", value),
                  fmt::format("Lower the learning rate (it was {:.3g} here) or lengthen the warm-up", used)}),
      step(at),
      loss(value),
      rate(used) {}

}  // namespace decant::train
