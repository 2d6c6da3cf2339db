// The door to libtorch. The program itself links none of it: starting libtorch costs 0.6 s and 160 MB. Verbs that need a network call
// neural(), which opens the module decant_neural.so beside the program (or under ../lib/decant) once and for all.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "decant/features/network_features.h"
#include "decant/train/dynamics.h"
#include "decant/train/train.h"

namespace decant {

/// What the module offers. Implemented in apps/neural; every function documented where the free function of its name is declared.
class Neural {
 public:
  virtual ~Neural() = default;
  virtual std::vector<std::string> network_names() const = 0;
  /// What decides the last digits besides input and options, "libtorch 1.13.1 on cpu": goes into the key of whatever is kept for later.
  /// Throws InputError when the device is not here.
  virtual std::string numerics(const std::string& device) const = 0;
  virtual train::TrainResult train(const train::TrainJob& job, const Context& context) const = 0;
  virtual train::TrainResult measure(const train::TrainJob& job, const std::filesystem::path& weights, const Context& context) const = 0;
  virtual train::DynamicsResult record_dynamics(const train::DynamicsJob& job, const Context& context) const = 0;
  virtual int64_t network_feature_width(const Rows& rows, std::span<const int64_t> bad,
                                        const features::NetworkFeatureOptions& options) const = 0;
  virtual void network_features(const Rows& rows, std::span<const int64_t> bad, const features::NetworkFeatureOptions& options,
                                MatrixView<float> out, const Context& context) const = 0;
};

/// Whether the module is beside the program. It is not opened.
bool has_neural();

/// Opens the module at the first call. Throws InputError when this build has none, or when its libtorch cannot be loaded.
const Neural& neural();

/// The symbol that the module exports: `extern "C" decant::Neural* decant_neural_v3()`; the object lives as long as the process. The
/// number goes up with every change of the interface, so that a module left over from an older build is refused.
inline constexpr const char* kNeuralEntry = "decant_neural_v3";
using NeuralEntry = Neural* (*)();

}  // namespace decant
