// How far a line of numbers rises above another: what facility location sums for every candidate.
#pragma once

#include <span>

namespace decant {

/// v = offset + slope·max(x, least): a similarity from a cosine.
struct Ramp {
  float offset = 0;
  float slope = 1;
  float least = 0;
};

/// Σ max(0, v_i − bar_i), in float32 and in an order that depends on the machine: a bound's
/// ingredient, never a decision. All terms are ≥ 0, so the sum is wrong by a factor of at most 1 ±
/// (⌈n/16⌉ + 8)·2⁻²⁴, plus the roundings of v and of each difference, at most 2⁻²³·|v| and
/// 2⁻²⁴·(|v| + |bar|). REQUIRES: equal lengths.
float excess_sum(std::span<const float> x, std::span<const float> bar, const Ramp& ramp);
float excess_sum_plain(std::span<const float> x, std::span<const float> bar, const Ramp& ramp);

/// Σ min(cap_i, max(0, v_i − bar_i)): the same, with the part of every term that counts. REQUIRES:
/// equal lengths, caps ≥ 0.
float capped_excess_sum(std::span<const float> x, std::span<const float> bar, std::span<const float> cap, const Ramp& ramp);
float capped_excess_sum_plain(std::span<const float> x, std::span<const float> bar, std::span<const float> cap, const Ramp& ramp);

}  // namespace decant
