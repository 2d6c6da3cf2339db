#include "decant/distill/torch/gradients.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

namespace decant::distill {

Tensors gradients_at(const Step& step, const nn::State& state, const Tensor& pictures, const Tensor& targets, bool keep_graph) {
  Tensors parameters;
  for (const Tensor& parameter : state.parameters) parameters.push_back(parameter.detach().set_requires_grad(true));
  Tensors buffers = state.buffers;
  const Tensor logits = step.network.forward({parameters, buffers, /*training=*/true}, pictures);
  return torch::autograd::grad({at::cross_entropy_loss(logits, targets)}, parameters, {}, keep_graph, keep_graph);
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
