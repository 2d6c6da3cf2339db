// Training for programs: the functions of train.h and dynamics.h, reached through the module
// (base/module.h). Free of libtorch.
#pragma once

#include "decant/base/module.h"
#include "decant/train/dynamics.h"
#include "decant/train/train.h"

namespace decant::train {

struct Trainer {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_trainer_v6";

  TrainResult (*train)(const TrainJob& job, const Context& context);
  TrainResult (*measure)(const TrainJob& job, const std::filesystem::path& weights, const Context& context);
  NetFacts (*facts)(const std::string& net);
  DynamicsResult (*record_dynamics)(const DynamicsJob& job, const Context& context);
};

}  // namespace decant::train
