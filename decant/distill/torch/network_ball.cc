#include "decant/distill/torch/network_ball.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/distill/torch/synthetic.h"
#include "decant/nn/state_values.h"

namespace decant::distill {
namespace {

constexpr const char* kPlace = "the network to draw others near";

/// The classes of the centre that are the job's; all of them where none are named.
std::vector<int64_t> classes_in(const Around& around, int classes) {
  std::vector<int64_t> chosen(around.classes.begin(), around.classes.end());
  if (chosen.empty()) {
    for (int c = 0; c < around.network->classes; ++c) chosen.push_back(c);
  }
  const bool known = std::ranges::all_of(chosen, [&](int64_t c) { return c >= 0 && c < around.network->classes; });
  if (std::ssize(chosen) != classes || !known)
    throw InputError({"", kPlace, fmt::format("tells {} classes, which cannot be the {} of the rows", around.network->classes, classes),
                      "Give a network that was trained on these classes"});
  return chosen;
}

/// Of tensors that differ in their first dimension alone, which counts classes, those of `classes`.
nn::Tensors of_classes(const nn::Tensors& tensors, const std::vector<nn::TensorSpec>& wanted, const Tensor& classes) {
  nn::Tensors some;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const bool all = std::ranges::equal(tensors[i].sizes(), wanted[i].shape);
    some.push_back(all ? tensors[i] : tensors[i].index_select(0, classes));
  }
  return some;
}

void require_finite(const Around& around) {
  const bool finite = std::ranges::all_of(around.network->weights, [](float value) { return std::isfinite(value); });
  if (!finite) throw InputError({"", kPlace, "has a weight that is not a finite number", "Train it again"});
  if (!(around.radius >= 0) || !std::isfinite(around.radius))
    throw InputError({"", "radius", fmt::format("{} is no distance", around.radius), "Give a number from 0 on"});
}

}  // namespace

NetworkBall ball_around(const Around& around, const nn::Classifier& network, c10::Device device) {
  require_finite(around);
  const train::Teacher& centre = *around.network;
  if (centre.net != network.spec().name)
    throw InputError({"", kPlace, fmt::format("is {}, but pictures are looked at through {}", centre.net, network.spec().name),
                      fmt::format("Take --net {}", centre.net)});
  const std::vector<int64_t> classes = classes_in(around, network.spec().classes);
  const auto whole = nn::make_network({centre.net, network.spec().input, centre.classes});
  nn::State state = nn::initial_state(*whole, Random(0, "centre"));
  const size_t needed = nn::values_of(state).size();
  if (centre.weights.size() != needed)
    throw InputError({"", kPlace, fmt::format("has {} weights, but {} has {}", centre.weights.size(), whole->description(), needed),
                      "Give weights of that network and size of pictures"});
  nn::set_values(state, centre.weights);
  const Tensor chosen = at::tensor(classes, at::kLong);
  NetworkBall ball{{of_classes(state.parameters, network.parameters(), chosen), of_classes(state.buffers, network.buffers(), chosen)},
                   around.radius};
  for (nn::Tensors* tensors : {&ball.centre.parameters, &ball.centre.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(device);
  }
  return ball;
}

nn::State network_near(const NetworkBall& ball, Random random) {
  nn::Tensors steps;
  double squares = 0;
  for (const Tensor& parameter : ball.centre.parameters) {
    const Tensor step = at::empty(parameter.sizes(), at::kFloat);
    float* const values = step.data_ptr<float>();
    for (int64_t i = 0; i < step.numel(); ++i) {
      const double value = random.normal();
      values[i] = static_cast<float>(value);
      squares += value * value;
    }
    steps.push_back(step);
  }
  const double scale = std::min(1.0, ball.radius / std::max(std::sqrt(squares), 1e-300));
  nn::State state;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Tensor& centre = ball.centre.parameters[i];
    state.parameters.push_back(centre + steps[i].to(centre.options()) * scale);
  }
  for (const Tensor& buffer : ball.centre.buffers) state.buffers.push_back(buffer.clone());
  return state;
}

}  // namespace decant::distill
