#include "decant/distill/torch/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace decant::distill {

Tensors gradients_at(const Step& step, const nn::State& state, const Tensor& pictures, const Tensor& targets, bool keep_graph) {
  Tensors parameters;
  for (const Tensor& parameter : state.parameters) parameters.push_back(parameter.detach().set_requires_grad(true));
  Tensors buffers = state.buffers;
  const Tensor logits = step.network.forward({parameters, buffers, /*training=*/true}, pictures);
  return torch::autograd::grad({at::cross_entropy_loss(logits, targets)}, parameters, {}, keep_graph, keep_graph);
}

Tensors real_gradients(const Step& step, const nn::State& state, const RealBatch& real) {
  constexpr int64_t kTogether = 32;
  const int64_t count = real.pictures.size(0);
  if (count <= kTogether || !step.network.buffers().empty()) return gradients_at(step, state, real.pictures, real.labels, false);
  Tensors sums;
  for (int64_t first = 0; first < count; first += kTogether) {
    const int64_t some = std::min(kTogether, count - first);
    Tensors own = gradients_at(step, state, real.pictures.narrow(0, first, some), real.labels.narrow(0, first, some), false);
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
