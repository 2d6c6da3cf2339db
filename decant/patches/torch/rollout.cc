#include "decant/patches/torch/rollout.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <c10/core/GradMode.h>

#include "decant/base/errors.h"

namespace decant::patches {

Tensor rolled_out(const std::vector<nn::Taps::Tap>& attention) {
  Tensor flow;
  for (const auto& [name, weights] : attention) {
    const Tensor mixed = (weights.mean(1) + at::eye(weights.size(2), weights.options())) / 2;
    flow = flow.defined() ? at::matmul(mixed, flow) : mixed;
  }
  return flow.mean(1);
}

Tensor rollout_map(Subject& subject, const Tensor& images) {
  const c10::NoGradGuard no_grad;
  nn::Taps taps;
  const Tensor maps = subject.network().maps(subject.pass(&taps), images);
  if (taps.attention.empty())
    throw InputError({"", "", fmt::format("{} has no attention to follow", subject.network().description()),
                      "Choose the net vit or vit-mini, or the method gradcam++"});
  return rolled_out(taps.attention).unflatten(1, at::IntArrayRef{maps.size(2), maps.size(3)});
}

}  // namespace decant::patches
