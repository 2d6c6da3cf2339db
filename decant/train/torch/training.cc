#include "decant/train/torch/training.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"

namespace decant::train {
namespace {

at::Tensor moved_to(const at::Tensor& tensor, c10::Device device, at::MemoryFormat format) {
  return tensor.to(device).contiguous(tensor.dim() == 4 ? format : at::MemoryFormat::Contiguous).detach();
}

nn::Tensors moved_to(const nn::Tensors& tensors, c10::Device device, at::MemoryFormat format) {
  nn::Tensors result;
  for (const at::Tensor& tensor : tensors) result.push_back(moved_to(tensor, device, format));
  return result;
}

std::vector<bool> decays_of(const nn::Module& module, bool all) {
  std::vector<bool> decays;
  for (const nn::TensorSpec& spec : module.parameters()) decays.push_back(all || spec.decays);
  return decays;
}

/// Scaled down together so that their norm is at most `most`, as torch's clip_grad_norm_ does it.
/// New tensors: what autograd gave is only read.
nn::Tensors clipped(const nn::Tensors& gradients, double most) {
  const at::Tensor norm = at::stack(at::_foreach_norm(gradients, 2)).norm();
  const at::Tensor factor = norm.add(1e-6).reciprocal().mul(most).clamp_max(1);
  nn::Tensors result;
  for (const at::Tensor& gradient : gradients) result.push_back(gradient.mul(factor));
  return result;
}

}  // namespace

nn::State placed_on(const nn::State& state, c10::Device device, at::MemoryFormat format) {
  return {moved_to(state.parameters, device, format), moved_to(state.buffers, device, format)};
}

bool in_bfloat16(const std::string& precision, c10::Device device) {
  if (precision != "bfloat16") return false;
#ifdef __x86_64__
  if (device.is_cpu() && !__builtin_cpu_supports("avx512bf16"))
    throw InputError({"", "precision", "this processor does not compute in bfloat16", "Use --precision float32"});
#endif
  return true;
}

Training::Training(const Task& task, const nn::State& state, const TrainOptions& options)
    : task_(task),
      state_(placed_on(state, task.device(), task.module().memory_format(/*once=*/true))),
      bfloat16_(in_bfloat16(options.precision, task.device())),
      clip_norm_(options.clip_norm) {
  for (at::Tensor& parameter : state_.parameters) parameter.set_requires_grad(true);
  optimizer_ = make_optimizer({options.optimizer, options.momentum, options.weight_decay}, state_.parameters,
                              decays_of(task.module(), options.decay_all));
}

at::Tensor Training::step(const Batch& batch, double rate, Outputs* seen) {
  const nn::Pass pass{.parameters = state_.parameters, .buffers = state_.buffers, .training = true, .once = true, .bfloat16 = bfloat16_};
  const at::Tensor loss = task_.loss(pass, batch, seen);
  nn::Tensors gradients = torch::autograd::grad({loss}, state_.parameters);
  if (clip_norm_ > 0) gradients = clipped(gradients, clip_norm_);
  optimizer_->step(gradients, rate);
  return loss.detach();
}

nn::Tensors Training::memory() const {
  nn::Tensors all;
  for (const auto& tensors : {state_.parameters, state_.buffers, optimizer_->memory()}) {
    for (const at::Tensor& tensor : tensors) all.push_back(tensor.detach());
  }
  return all;
}

void Training::restore(const nn::Tensors& memory, int64_t steps) {
  const c10::NoGradGuard no_grad;
  const size_t own = state_.parameters.size() + state_.buffers.size();
  DECANT_CHECK(memory.size(), ==, own + optimizer_->memory().size());
  size_t next = 0;
  for (auto* tensors : {&state_.parameters, &state_.buffers}) {
    for (at::Tensor& tensor : *tensors) tensor.copy_(memory[next++]);
  }
  optimizer_->restore({memory.begin() + static_cast<ptrdiff_t>(own), memory.end()}, steps);
}

}  // namespace decant::train
