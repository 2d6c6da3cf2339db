// σ(sum / 16) in 2^−16, computed by the compiler, so that it is the same everywhere.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace decant::packed {

constexpr int kSumLimit = 160;  ///< e^−10: a sure answer costs a fifteen-thousandth of a bit

constexpr std::array<uint16_t, 2 * kSumLimit + 1> sigmoid_table() {
  constexpr double kStep = 0.93941306281347578612;  // e^(−1/16)
  std::array<uint16_t, 2 * kSumLimit + 1> table{};
  double power = 1;  // e^(−i/16)
  for (int i = 0; i <= kSumLimit; ++i, power *= kStep) {
    const auto one = static_cast<uint32_t>(65536 / (1 + power) + 0.5);
    table[static_cast<size_t>(kSumLimit + i)] = static_cast<uint16_t>(one);
    table[static_cast<size_t>(kSumLimit - i)] = static_cast<uint16_t>(65536 - one);
  }
  return table;
}
inline constexpr auto kSigmoid = sigmoid_table();

inline uint32_t probability(int sum) {
  return kSigmoid[static_cast<size_t>(std::clamp(sum, -kSumLimit, kSumLimit) + kSumLimit)];
}

}  // namespace decant::packed
