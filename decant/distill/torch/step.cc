#include "decant/distill/torch/step.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant::distill {

nn::State drawn_network(const Step& step, int64_t part) {
  if (step.ball != nullptr) return network_near(*step.ball, step.random("network", part));
  nn::State state = nn::initial_state(step.network, step.random("network", part));
  for (nn::Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(step.real.device());
  }
  return state;
}

nn::Tensors tensors_of(const std::vector<nn::State>& networks) {
  nn::Tensors all;
  for (const nn::State& state : networks) {
    all.insert(all.end(), state.parameters.begin(), state.parameters.end());
    all.insert(all.end(), state.buffers.begin(), state.buffers.end());
  }
  return all;
}

std::vector<nn::State> networks_in(const nn::Tensors& tensors, const Step& step) {
  const auto& parameters = step.network.parameters();
  const auto& buffers = step.network.buffers();
  const size_t each = parameters.size() + buffers.size();
  const auto fits = [&](size_t i) {
    const size_t place = i % each;
    const nn::TensorSpec& spec = place < parameters.size() ? parameters[place] : buffers[place - parameters.size()];
    return std::ranges::equal(tensors[i].sizes(), spec.shape);
  };
  std::vector<nn::State> networks(tensors.size() / each);
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors.size() % each != 0 || !fits(i))
      throw InputError({"", "the checkpoint", "holds other networks", "Delete the folder it lies in, or choose another output"});
    nn::State& state = networks[i / each];
    (i % each < parameters.size() ? state.parameters : state.buffers).push_back(tensors[i].detach().clone().to(step.real.device()));
  }
  return networks;
}

}  // namespace decant::distill
