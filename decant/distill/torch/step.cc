#include "decant/distill/torch/step.h"

namespace decant::distill {

nn::State drawn_network(const Step& step, int64_t part) {
  nn::State state = nn::initial_state(step.network, step.random("network", part));
  for (nn::Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(step.real.device());
  }
  return state;
}

}  // namespace decant::distill
