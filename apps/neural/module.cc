#include <fmt/core.h>
#include <torch/version.h>

#include "decant/features/network_features.h"
#include "decant/nn/device.h"
#include "decant/nn/network.h"
#include "decant/pipeline/run/neural.h"
#include "decant/train/dynamics.h"
#include "decant/train/train.h"

namespace {

class Module final : public decant::Neural {
 public:
  std::vector<std::string> network_names() const override { return decant::nn::network_names(); }
  std::string numerics(const std::string& device) const override {
    return fmt::format("libtorch {} on {}", TORCH_VERSION, decant::nn::device_named(device).str());
  }
  decant::train::TrainResult train(const decant::train::TrainJob& job, const decant::Context& context) const override {
    return decant::train::train(job, context);
  }
  decant::train::TrainResult measure(const decant::train::TrainJob& job, const std::filesystem::path& weights,
                                     const decant::Context& context) const override {
    return decant::train::measure(job, weights, context);
  }
  decant::train::DynamicsResult record_dynamics(const decant::train::DynamicsJob& job, const decant::Context& context) const override {
    return decant::train::record_dynamics(job, context);
  }
  int64_t network_feature_width(const decant::Rows& rows, std::span<const int64_t> bad,
                                const decant::features::NetworkFeatureOptions& options) const override {
    return decant::features::network_feature_width(rows, options, bad);
  }
  void network_features(const decant::Rows& rows, std::span<const int64_t> bad, const decant::features::NetworkFeatureOptions& options,
                        decant::MatrixView<float> out, const decant::Context& context) const override {
    decant::features::network_features(rows, bad, options, out, context);
  }
};

}  // namespace

extern "C" decant::Neural* decant_neural_v3() {
  static Module module;
  return &module;
}
