// A network that is asked what it looks at: at some weights, in evaluation mode, on a device.
#pragma once

#include <utility>

#include "decant/nn/network.h"

namespace decant::patches {

using at::Tensor;

class Subject {
 public:
  /// The network must outlive this. Pictures are to be of the device and type of the tensors.
  Subject(const nn::Classifier& network, nn::State state) : network_(network), state_(std::move(state)) {}

  const nn::Classifier& network() const { return network_; }
  const nn::State& state() const { return state_; }
  nn::Pass pass(nn::Taps* taps = nullptr) { return {state_.parameters, state_.buffers, false, taps}; }

 private:
  const nn::Classifier& network_;
  nn::State state_;
};

/// (batch): the labels, and what the network predicts where they are negative. `scores`: (batch,
/// classes).
Tensor classes_of(const Tensor& labels, const Tensor& scores);

}  // namespace decant::patches
