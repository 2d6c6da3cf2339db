#include "decant/train/torch/optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <cmath>

#include "decant/base/errors.h"

namespace decant::train {
namespace {

using Tensors = Optimizer::Tensors;

Tensors zeros_for(const Tensors& parameters) {
  Tensors zeros;
  for (const at::Tensor& parameter : parameters) zeros.push_back(at::zeros_like(parameter.detach()));
  return zeros;
}

Tensors chosen_of(const Tensors& tensors, const std::vector<bool>& chosen) {
  Tensors result;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (chosen[i]) result.push_back(tensors[i]);
  }
  return result;
}

void copy_into(const Tensors& to, const Tensors& from) {
  const c10::NoGradGuard no_grad;
  DECANT_CHECK(to.size(), ==, from.size());
  for (size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
}

/// Nesterov's, or with "momentum" the heavy ball.
class Sgd final : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, Tensors parameters, const std::vector<bool>& decays)
      : options_(options),
        nesterov_(options.name == "sgd"),
        parameters_(std::move(parameters)),
        momenta_(zeros_for(parameters_)),
        decaying_(chosen_of(parameters_, decays)),
        decaying_momenta_(chosen_of(momenta_, decays)) {}

  /// p − η·(g + λp + μm) as three scaled additions to p, so that no tensor is allocated; the heavy
  /// ball is one.
  void step(const Tensors& gradients, double rate) override {
    const c10::NoGradGuard no_grad;
    at::_foreach_mul_(momenta_, options_.momentum);
    at::_foreach_add_(momenta_, gradients);
    if (options_.weight_decay > 0 && !decaying_.empty()) {
      at::_foreach_add_(decaying_momenta_, decaying_, options_.weight_decay);
      if (nesterov_) at::_foreach_mul_(decaying_, 1 - rate * options_.weight_decay);
    }
    if (nesterov_) at::_foreach_add_(parameters_, gradients, -rate);
    at::_foreach_add_(parameters_, momenta_, nesterov_ ? -rate * options_.momentum : -rate);
  }

  Tensors memory() const override { return momenta_; }
  void restore(const Tensors& memory, int64_t) override { copy_into(momenta_, memory); }

 private:
  OptimizerOptions options_;
  bool nesterov_;
  Tensors parameters_;
  Tensors momenta_;
  Tensors decaying_;  ///< those of parameters_ that decay, and their momenta
  Tensors decaying_momenta_;
};

class AdamW final : public Optimizer {
 public:
  AdamW(const OptimizerOptions& options, Tensors parameters, const std::vector<bool>& decays)
      : options_(options),
        parameters_(std::move(parameters)),
        means_(zeros_for(parameters_)),
        squares_(zeros_for(parameters_)),
        decaying_(chosen_of(parameters_, decays)) {}

  void step(const Tensors& gradients, double rate) override {
    const c10::NoGradGuard no_grad;
    const double beta = options_.momentum;
    ++steps_;
    if (!decaying_.empty()) at::_foreach_mul_(decaying_, 1 - rate * options_.weight_decay);
    at::_foreach_mul_(means_, beta);
    at::_foreach_add_(means_, gradients, 1 - beta);
    at::_foreach_mul_(squares_, options_.second_momentum);
    at::_foreach_addcmul_(squares_, gradients, gradients, 1 - options_.second_momentum);
    Tensors roots = at::_foreach_sqrt(squares_);
    at::_foreach_mul_(roots, 1 / std::sqrt(correction(options_.second_momentum)));
    at::_foreach_add_(roots, kEpsilon);
    at::_foreach_addcdiv_(parameters_, means_, roots, -rate / correction(beta));
  }

  Tensors memory() const override {
    Tensors both = means_;
    both.insert(both.end(), squares_.begin(), squares_.end());
    return both;
  }
  void restore(const Tensors& memory, int64_t steps) override {
    copy_into(this->memory(), memory);
    steps_ = steps;
  }

 private:
  static constexpr double kEpsilon = 1e-8;

  double correction(double beta) const { return 1 - std::pow(beta, static_cast<double>(steps_)); }

  OptimizerOptions options_;
  Tensors parameters_;
  Tensors means_;
  Tensors squares_;
  Tensors decaying_;
  int64_t steps_ = 0;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, std::vector<at::Tensor> parameters,
                                          const std::vector<bool>& decays) {
  DECANT_CHECK(parameters.size(), ==, decays.size());
  if (options.name == "adamw") return std::make_unique<AdamW>(options, std::move(parameters), decays);
  DECANT_CHECK(options.name == "sgd" || options.name == "momentum", ==, true);
  return std::make_unique<Sgd>(options, std::move(parameters), decays);
}

}  // namespace decant::train
