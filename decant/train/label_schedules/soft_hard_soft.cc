// HALD (J. Cui et al., "Hard labels in! Rethinking the role of hard labels in mitigating local
// semantic drift", PMLR 306, 2026): few labels of views at both ends of a training, the classes
// between them, strongly smoothed and on pictures that are cut anew for every update, which no
// store could hold.
//
// Its code takes 75 epochs with soft labels, 150 with hard ones smoothed by 0.8, and 75 with soft
// ones; mixed pictures (CutMix) in the middle are left out here.
#include "decant/train/label_schedules/list.h"

namespace decant::train {
namespace {

constexpr double kSoftAtEachEnd = 0.25;
constexpr double kHardSmoothing = 0.8;

}  // namespace

LabelSchedule soft_hard_soft() {
  return {"hald", "soft labels for a quarter, classes smoothed by 0.8 for a half, soft labels for a quarter (HALD)",
          [](double progress, double temperature) {
            const bool soft = progress < kSoftAtEachEnd || progress >= 1 - kSoftAtEachEnd;
            return LabelMoment{.soft = soft, .given_temperature = temperature, .own_temperature = temperature, .smoothing = kHardSmoothing};
          }};
}

}  // namespace decant::train
