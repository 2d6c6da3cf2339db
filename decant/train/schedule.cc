#include "decant/train/schedule.h"

#include <cmath>
#include <numbers>

#include "decant/base/errors.h"

namespace decant::train {

Decay decay_named(std::string_view name) {
  if (name == "linear") return Decay::linear;
  if (name == "cosine") return Decay::cosine;
  if (name == "step") return Decay::step;
  if (name == "half") return Decay::half;
  if (name == "constant") return Decay::constant;
  throw InputError({.file = {},
                    .place = "schedule",
                    .what = fmt::format("unknown schedule '{}'", name),
                    .remedy = "Use linear, cosine, step, half or constant"});
}

double Schedule::at(int64_t step) const {
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
  const double t = static_cast<double>(step - warmup) / static_cast<double>(steps - warmup);
  switch (decay) {
    case Decay::linear:
      return peak * (1 - t);
    case Decay::cosine:
      return peak * (1 + std::cos(std::numbers::pi * t)) / 2;
    case Decay::step:
      return t < 0.5 ? peak : t < 0.75 ? peak / 10 : peak / 100;
    case Decay::half:
      return t < 0.5 ? peak : peak / 10;
    case Decay::constant:
      return peak;
  }
  return peak;
}

}  // namespace decant::train
