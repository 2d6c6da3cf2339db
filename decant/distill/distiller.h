// Distillation for programs: reached through the module (base/module.h). Free of libtorch.
#pragma once

#include <string>
#include <vector>

#include "decant/base/module.h"
#include "decant/distill/distill.h"

namespace decant::distill {

struct Distiller {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_distiller_v4";

  /// Same job, same seed, same thread count → same pictures on a CPU, also when it goes on from a
  /// checkpoint. Throws InputError: an unknown method, network, device or option; rows without
  /// labels; a class with fewer rows than pictures asked for, where pictures start from real ones;
  /// a checkpoint of other options, rows or libtorch; an objective that is no longer a finite
  /// number, naming the step. Throws Cancelled, having kept a checkpoint.
  Distilled (*distill)(const DistillJob& job, const Context& context);
  /// Makes a few steps of the job, which leave nothing behind but experts in the cache. Throws what
  /// distill() throws before its first step, and where a budget is too short for one.
  DistillCost (*cost)(const DistillJob& job, const Context& context);
  std::vector<MethodFacts> (*methods)();
};

}  // namespace decant::distill
