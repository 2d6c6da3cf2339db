// What every part of the loop knows of the step that it is in.
#pragma once

#include <string_view>
#include <vector>

#include "decant/base/random.h"
#include "decant/distill/torch/network_ball.h"
#include "decant/distill/torch/real_rows.h"
#include "decant/distill/torch/synthetic.h"
#include "decant/nn/network.h"

namespace decant::distill {

struct Step {
  int64_t number = 0;  ///< from 0
  int64_t steps = 0;   ///< of the whole run
  uint64_t seed = 0;
  const nn::Classifier& network;
  const RealRows& real;
  const Context& context;
  const NetworkBall* ball = nullptr;  ///< where networks are drawn; null = anywhere, as initial ones are

  /// The stream `name` of this step, part `part` of it (a class, a network). REQUIRES: part < 2²⁰.
  Random random(std::string_view name, int64_t part = 0) const {
    return Random(seed, name, (static_cast<uint64_t>(number) << 20U) + static_cast<uint64_t>(part));
  }
};

/// A network drawn for a step.
nn::State drawn_network(const Step& step, int64_t part = 0);

/// All tensors of networks, one network after another, as checkpoints keep them; and back, copied
/// to the step's device. Throws InputError for tensors that are not those of whole networks.
nn::Tensors tensors_of(const std::vector<nn::State>& networks);
std::vector<nn::State> networks_in(const nn::Tensors& tensors, const Step& step);

}  // namespace decant::distill
