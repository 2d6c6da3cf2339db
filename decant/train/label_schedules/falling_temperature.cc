// LPQLD (L. Xiao and Y. He, "Soft label pruning and quantization for large-scale dataset
// distillation", IEEE TPAMI 2026, arXiv:2604.18135): the temperature of the given labels falls, so
// that the same few views teach other things later on; what is trained keeps temperature 1.
//
// Its code, of 300 epochs: max(2, 20 · 0.7^⌊epoch / 30⌋). Here `temperature` stands for 20, and a
// tenth of the updates for 30 epochs.
#include <algorithm>
#include <cmath>

#include "decant/train/label_schedules/list.h"

namespace decant::train {
namespace {

constexpr double kLeastTemperature = 2;
constexpr double kTemperatureFall = 0.7;
constexpr double kTemperatureFalls = 10;

}  // namespace

LabelSchedule falling_temperature() {
  return {"lpqld", "soft labels whose temperature falls by 0.7 every tenth of the training, to 2 (LPQLD)",
          [](double progress, double temperature) {
            const double given = temperature * std::pow(kTemperatureFall, std::floor(kTemperatureFalls * progress));
            return LabelMoment{.given_temperature = std::max(std::min(kLeastTemperature, temperature), given), .own_temperature = 1};
          }};
}

}  // namespace decant::train
