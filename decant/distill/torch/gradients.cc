#include "decant/distill/torch/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/distill/torch/chain.h"

namespace decant::distill {

Tensors gradients_at(const Step& step, const nn::State& state, const Tensor& pictures, const Tensor& targets, bool keep_graph) {
  Tensors parameters;
  for (const Tensor& parameter : state.parameters) parameters.push_back(parameter.detach().set_requires_grad(true));
  Tensors buffers = state.buffers;
  const Tensor logits = step.network.forward({parameters, buffers, /*training=*/true}, pictures);
  return torch::autograd::grad({at::cross_entropy_loss(logits, targets)}, parameters, {}, keep_graph, keep_graph);
}

Tensors real_gradients(const Step& step, const nn::State& state, const RealBatch& real) {
  constexpr int64_t kTogether = 16;
  const int64_t count = real.pictures.size(0);
  const auto chain = Chain::of(step.network, state.parameters, real.pictures);
  const auto of = [&](int64_t first, int64_t some) {
    const Tensor pictures = real.pictures.narrow(0, first, some);
    const Tensor labels = real.labels.narrow(0, first, some);
    return chain ? chain->gradients(pictures, labels).parameters : gradients_at(step, state, pictures, labels, false);
  };
  if (count <= kTogether || !step.network.buffers().empty()) return of(0, count);
  Tensors sums;
  for (int64_t first = 0; first < count; first += kTogether) {
    const int64_t some = std::min(kTogether, count - first);
    Tensors own = of(first, some);
    const double share = static_cast<double>(some) / static_cast<double>(count);
    const c10::NoGradGuard no_grad;
    if (sums.empty()) {
      sums = std::move(own);
      at::_foreach_mul_(sums, share);
    } else {
      at::_foreach_add_(sums, own, share);
    }
  }
  return sums;
}

Tensor distance_of_gradients(const Step& step, const nn::State& state, const Samples& synthetic,
                             const std::function<Tensor(const Tensors& gradients)>& distance) {
  const auto chain = Chain::of(step.network, state.parameters, synthetic.pictures);
  if (chain && !synthetic.targets.requires_grad()) return chain->distance(synthetic.pictures, synthetic.targets, distance);
  return distance(gradients_at(step, state, synthetic.pictures, synthetic.targets, true));
}

Tensor layerwise_cosine(const Tensors& real, const Tensors& synthetic) {
  Tensor sum = at::zeros({}, synthetic.front().options());
  for (size_t i = 0; i < real.size(); ++i) {
    if (real[i].dim() < 2) continue;
    const Tensor a = real[i].flatten(1);
    const Tensor b = synthetic[i].flatten(1);
    const Tensor cosine = (a * b).sum(1) / (a.square().sum(1).sqrt() * b.square().sum(1).sqrt() + 1e-6);
    sum = sum + (1 - cosine).sum();
  }
  return sum;
}

Tensor squared_distance(const Tensors& real, const Tensors& synthetic) {
  Tensor sum = at::zeros({}, synthetic.front().options());
  for (size_t i = 0; i < real.size(); ++i) sum = sum + (real[i] - synthetic[i]).square().sum();
  return sum;
}

Tensor absolute_distance(const Tensors& real, const Tensors& synthetic) {
  Tensor sum = at::zeros({}, synthetic.front().options());
  for (size_t i = 0; i < real.size(); ++i) sum = sum + (real[i] - synthetic[i]).abs().sum();
  return sum;
}

}  // namespace decant::distill
