// Parameter updates in place, over an explicit list of tensors.
//
//     SGD, Nesterov    g = gradient + λ·p          AdamW   m = β₁·m + (1 − β₁)·g
//                      m = μ·m + g                         v = β₂·v + (1 − β₂)·g²
//                      p = p − η·(g + μ·m)                 p = (1 − ηλ)·p − η · m̂ / (√v̂ + 1e-8)
//
//     SGD, heavy ball  g, m as Nesterov's; p = p − η·m
//
// λ is the weight decay and counts only where it is asked for; m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 −
// β₂ᵗ). Both are torch.optim's definitions. The gradients are only read: autograd may hand out one
// tensor for two parameters.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise
#include <memory>
#include <string>
#include <vector>

namespace decant::train {

class Optimizer {
 public:
  using Tensors = std::vector<at::Tensor>;
  virtual ~Optimizer() = default;
  /// One update with rate η. `gradients`: one for each parameter.
  virtual void step(const Tensors& gradients, double rate) = 0;
  /// What it remembers from step to step: shared tensors, always as many and in the same order.
  virtual Tensors memory() const = 0;
  /// Goes on as if `steps` updates had left `memory`. The values are copied.
  virtual void restore(const Tensors& memory, int64_t steps) = 0;
};

struct OptimizerOptions {
  std::string name;     ///< "sgd" (Nesterov), "momentum" (heavy ball) or "adamw"
  double momentum = 0;  ///< μ, or β₁
  double weight_decay = 0;
  double second_momentum = 0.999;  ///< β₂
};

/// Updates `parameters` (shared, not copied); weight decay where `decays` says so, one entry for
/// each parameter. REQUIRES: a name that OptimizerOptions lists.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, std::vector<at::Tensor> parameters,
                                          const std::vector<bool>& decays);

}  // namespace decant::train
