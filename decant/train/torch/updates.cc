#include "decant/train/torch/updates.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/train/torch/training.h"

namespace decant::train {
namespace {

constexpr double kAdamMomentum = 0.9;

/// In place; gradients are nobody else's. On a device nothing waits for the norm.
void cut_to(double most, nn::Tensors& gradients) {
  const c10::NoGradGuard no_grad;
  nn::Tensors norms;
  for (const at::Tensor& gradient : gradients) norms.push_back(gradient.norm());
  const at::Tensor factor = (most / (at::stack(norms).norm() + 1e-6)).clamp_max(1.0);
  for (at::Tensor& gradient : gradients) gradient = gradient * factor;
}

}  // namespace

Updates::Updates(const nn::Module& module, const nn::State& first, c10::Device device, const UpdateOptions& options)
    : device_(device), clip_(options.clip), bfloat16_(options.bfloat16), state_(placed_on(first, device)) {
  std::vector<bool> decays;
  for (at::Tensor& parameter : state_.parameters) parameter.set_requires_grad(true);
  for (const nn::TensorSpec& spec : module.parameters()) decays.push_back(spec.decays);
  optimizer_ = make_optimizer({"adamw", kAdamMomentum, options.weight_decay}, state_.parameters, decays);
}

void Updates::step(const at::Tensor& loss, double rate) {
  nn::Tensors gradients = torch::autograd::grad({loss}, state_.parameters, {}, c10::nullopt, /*create_graph=*/false, /*allow_unused=*/true);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) gradients[i] = at::zeros_like(state_.parameters[i]);
  }
  if (clip_ > 0) cut_to(clip_, gradients);
  optimizer_->step(gradients, rate);
}

}  // namespace decant::train
