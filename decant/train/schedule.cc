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
  if (name == "restarts") return Decay::restarts;
  throw InputError({.file = {},
                    .place = "schedule",
                    .what = fmt::format("unknown schedule '{}'", name),
                    .remedy = "Use linear, cosine, step, half, constant or restarts"});
}

namespace {

constexpr int kCycles = 7;

/// Where t stands within its cycle: of `kCycles` that last 1, 2, 4, … of 2^kCycles − 1 parts.
double place_in_cycle(double t) {
  double length = 1.0 / ((1 << kCycles) - 1);
  double begin = 0;
  for (int cycle = 1; cycle < kCycles && t >= begin + length; ++cycle) {
    begin += length;
    length *= 2;
  }
  return (t - begin) / length;
}

}  // namespace

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
    case Decay::restarts:
      return peak * (1 + 99 * (1 + std::cos(std::numbers::pi * place_in_cycle(t))) / 2) / 100;
  }
  return peak;
}

}  // namespace decant::train
