#include "decant/distill/torch/trajectory.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/attached_gradients.h"

namespace decant::distill {
namespace {

Tensor inner_product(std::span<const Tensor> a, std::span<const Tensor> b) {
  DECANT_CHECK(a.size(), ==, b.size());
  Tensor sum = at::zeros({}, a.front().options().requires_grad(false));
  for (size_t i = 0; i < a.size(); ++i) sum = sum + (a[i] * b[i]).sum();
  return sum;
}

Tensors differences(std::span<const Tensor> a, std::span<const Tensor> b) {
  DECANT_CHECK(a.size(), ==, b.size());
  Tensors result;
  for (size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
  return result;
}

Tensor squared_length_between(std::span<const Tensor> a, std::span<const Tensor> b) {
  const Tensors apart = differences(a, b);
  return inner_product(apart, apart);
}

/// Leaves in place of `sources`, so that asking for their gradient again and again leaves the graph
/// that they come from alone.
Tensors source_leaves(const Tensors& sources) {
  Tensors leaves;
  for (const Tensor& source : sources) leaves.push_back(source.detach().set_requires_grad(source.requires_grad()));
  return leaves;
}

class Surrogate {
 public:
  Surrogate(const InnerTask& task, const Tensors& sources) : task_(task), leaves_(source_leaves(sources)), gradients_(sources.size()) {
    std::ranges::copy_if(leaves_, std::back_inserter(asked_), [](const Tensor& leaf) { return leaf.requires_grad(); });
  }

  /// Adds the term of every update; `apart`: 2/‖θ_0 − θ*‖² · (θ_N − θ*).
  const Tensors& gradients(const Tensors& start, const Tensors& apart, int64_t updates) {
    Tensors parameters = start;
    for (int64_t t = 0; t < updates && !asked_.empty(); ++t) add_term(t, parameters, apart);
    return gradients_;
  }

 private:
  void add_term(int64_t t, Tensors& parameters, const Tensors& apart) {
    const at::AutoGradMode graph(true);
    for (Tensor& parameter : parameters) parameter = parameter.detach().set_requires_grad(true);
    const Tensors steps = gradients_of(task_, t, parameters, leaves_, /*in_graph=*/true);
    const Tensor rate = task_.rate(t, leaves_);
    const Tensor term = -rate * inner_product(apart, steps);
    add(torch::autograd::grad({term}, asked_, {}, /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true));
    for (size_t i = 0; i < parameters.size(); ++i) parameters[i] = parameters[i].detach() - rate.detach() * steps[i].detach();
  }

  void add(const Tensors& found) {
    auto next = found.begin();
    for (size_t i = 0; i < leaves_.size(); ++i) {
      if (!leaves_[i].requires_grad()) continue;
      const Tensor& gradient = *next++;
      if (gradient.defined()) gradients_[i] = gradients_[i].defined() ? gradients_[i] + gradient : gradient;
    }
  }

  const InnerTask& task_;
  Tensors leaves_;
  Tensors asked_;      ///< those of them that want a gradient
  Tensors gradients_;  ///< one for each leaf
};

}  // namespace

Tensor trajectory_loss(std::span<const Tensor> reached, std::span<const Tensor> start, std::span<const Tensor> target) {
  return squared_length_between(reached, target) / squared_length_between(start, target).detach();
}

Tensor tesla_loss(const InnerTask& task, const Tensors& start, const Tensors& target, const Tensors& sources, int64_t updates) {
  const Tensors reached = train_without_graph(task, start, sources, {.updates = updates});
  const Tensor scale = 2 / squared_length_between(start, target);
  Tensors apart = differences(reached, target);
  for (Tensor& each : apart) each = each * scale;
  Surrogate surrogate(task, sources);
  return with_gradients(trajectory_loss(reached, start, target), sources, surrogate.gradients(start, apart, updates));
}

}  // namespace decant::distill
