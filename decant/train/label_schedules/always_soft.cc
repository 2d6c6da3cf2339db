// The labels of views in every update, softened alike on both sides: G. Hinton, O. Vinyals and
// J. Dean, "Distilling the knowledge in a neural network", arXiv:1503.02531, section 2.
#include "decant/train/label_schedules/list.h"

namespace decant::train {

LabelSchedule always_soft() {
  return {"soft", "the labels of views throughout (Hinton et al., arXiv:1503.02531)",
          [](double, double temperature) { return LabelMoment{.given_temperature = temperature, .own_temperature = temperature}; }};
}

}  // namespace decant::train
