// How large the step is: the learning rate as a pure function of the step number.
//
// With S steps in all, w = warmup of them and t = (step − w) / (S − w), which runs over [0, 1)
// after the warm-up:
//
//     warm-up    peak · (step + 1) / (w + 1)       steps 0 … w−1; step w is the first at the peak
//     linear     peak · (1 − t)
//     cosine     peak · (1 + cos πt) / 2
//     step       peak · 1, 1/10, 1/100 from t = 0, 1/2, 3/4
//     half       peak · 1, 1/10 from t = 0, 1/2
//     constant   peak
//     restarts   peak · (1 + 99·(1 + cos πu) / 2) / 100 in seven cycles, each twice as long as the
//                one before, over which u runs from 0 to 1: SGDR (Loshchilov and Hutter, ICLR 2017)
//                from the peak down to a hundredth of it
//
// Linear and cosine would reach zero at step S, one past the last, so no step is wasted on a rate
// of zero.
#pragma once

#include <cstdint>
#include <string_view>

namespace decant::train {

enum class Decay { linear, cosine, step, half, constant, restarts };

/// Throws InputError for an unknown name, listing the known ones.
Decay decay_named(std::string_view name);

struct Schedule {
  Decay decay = Decay::linear;
  double peak = 0;
  int64_t steps = 0;
  int64_t warmup = 0;  ///< steps; 0 ≤ warmup < steps

  /// REQUIRES: 0 ≤ step < steps.
  double at(int64_t step) const;
};

}  // namespace decant::train
