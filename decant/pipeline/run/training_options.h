// The options of a training, the same for every verb that trains.
#pragma once

#include "decant/base/options.h"
#include "decant/train/train.h"

namespace decant {

/// The verb turns `epochs` into steps and `no_flip` into flip.
void declare_training(OptionTable& table, train::TrainOptions& training, int& epochs, bool& no_flip);

}  // namespace decant
