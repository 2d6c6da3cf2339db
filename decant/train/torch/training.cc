#include "decant/train/torch/training.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"

namespace decant::train {
namespace {

/// libtorch's views want a pointer to non-const; nothing is written through it.
template <class T>
void* data_of(const std::vector<T>& values) {
  return const_cast<T*>(values.data());
}

at::Tensor placed_on(const at::Tensor& tensor, c10::Device device) {
  const auto format = tensor.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  return tensor.to(device).contiguous(format).detach();
}

nn::Tensors placed_on(const nn::Tensors& tensors, c10::Device device) {
  nn::Tensors result;
  for (const at::Tensor& tensor : tensors) result.push_back(placed_on(tensor, device));
  return result;
}

std::vector<bool> decays_of(const nn::Module& module) {
  std::vector<bool> decays;
  for (const nn::TensorSpec& spec : module.parameters()) decays.push_back(spec.decays);
  return decays;
}

}  // namespace

at::Tensor images_of(const loader::Batch& batch, ImageSize size, c10::Device device) {
  const at::Tensor view = at::from_blob(data_of(batch.images), {batch.count, size.height, size.width, size.channels}, at::kFloat);
  return view.permute({0, 3, 1, 2}).to(device);
}

at::Tensor labels_of(const loader::Batch& batch, c10::Device device) {
  return at::from_blob(data_of(batch.labels), {batch.count}, at::kLong).to(device);
}

at::Tensor smoothed_cross_entropy(const at::Tensor& logits, const at::Tensor& labels, double smoothing) {
  const at::Tensor log_p = at::log_softmax(logits, 1);
  const at::Tensor own = at::nll_loss(log_p, labels);
  if (smoothing == 0) return own;
  const at::Tensor all = log_p.sum(1).neg().mean();
  return own.mul(1 - smoothing).add(all.mul(smoothing / static_cast<double>(logits.size(1))));
}

nn::State placed_on(const nn::State& state, c10::Device device) {
  return {placed_on(state.parameters, device), placed_on(state.buffers, device)};
}

Training::Training(const nn::Classifier& network, const nn::State& state, const TrainOptions& options, c10::Device device)
    : network_(network), label_smoothing_(options.label_smoothing), state_(placed_on(state, device)) {
  for (at::Tensor& parameter : state_.parameters) parameter.set_requires_grad(true);
  optimizer_ = make_optimizer({options.optimizer, options.momentum, options.weight_decay}, state_.parameters, decays_of(network));
}

at::Tensor Training::step(const at::Tensor& images, const at::Tensor& labels, double rate, Output* seen) {
  const nn::Pass pass{state_.parameters, state_.buffers, /*training=*/true};
  const at::Tensor embedding = network_.embed(pass, images);
  const at::Tensor output = network_.classify(pass, embedding);
  if (seen != nullptr) *seen = {embedding.detach(), output.detach()};
  const at::Tensor loss = smoothed_cross_entropy(output, labels, label_smoothing_);
  optimizer_->step(torch::autograd::grad({loss}, state_.parameters), rate);
  return loss.detach();
}

std::vector<at::Tensor> Training::memory() const {
  std::vector<at::Tensor> all;
  for (const auto& tensors : {state_.parameters, state_.buffers, optimizer_->memory()}) {
    for (const at::Tensor& tensor : tensors) all.push_back(tensor.detach());
  }
  return all;
}

void Training::restore(const std::vector<at::Tensor>& memory, int64_t steps) {
  const c10::NoGradGuard no_grad;
  const size_t own = state_.parameters.size() + state_.buffers.size();
  DECANT_CHECK(memory.size(), ==, own + optimizer_->memory().size());
  size_t next = 0;
  for (auto* tensors : {&state_.parameters, &state_.buffers}) {
    for (at::Tensor& tensor : *tensors) tensor.copy_(memory[next++]);
  }
  optimizer_->restore({memory.begin() + static_cast<ptrdiff_t>(own), memory.end()}, steps);
}

at::Tensor Training::count_right(const at::Tensor& images, const at::Tensor& labels) {
  const c10::NoGradGuard no_grad;
  const at::Tensor output = network_.forward({state_.parameters, state_.buffers}, images);
  return output.argmax(1).eq(labels).sum();
}

}  // namespace decant::train
