// What programs ask about networks, through the module (base/module.h). Free of libtorch.
#pragma once

#include <string>
#include <vector>

#include "decant/base/module.h"

namespace decant::nn {

struct Networks {
  static constexpr const ModuleFile& kModule = kNeuralModule;
  static constexpr const char* kSymbol = "decant_networks_v1";

  std::vector<std::string> (*names)();  ///< nn::network_names()
  /// What decides the last digits besides input and options, "libtorch 1.13.1 on cpu": goes into
  /// the key of whatever is kept for later. Throws InputError when the device is not here.
  std::string (*numerics)(const std::string& device);
};

}  // namespace decant::nn
