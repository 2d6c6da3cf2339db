// Sources of networks that need nothing but the step: fresh and periodic ones.
#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/augmenting.h"
#include "decant/distill/torch/chain.h"
#include "decant/distill/torch/network_source.h"

namespace decant::distill {
namespace {

class Fresh final : public NetworkSource {
 public:
  explicit Fresh(int count) : count_(count) {}

  const Fetched& fetch(const Step& step) override {
    fetched_.networks.clear();
    for (int i = 0; i < count_; ++i) fetched_.networks.push_back(drawn_network(step, i));
    return fetched_;
  }

 private:
  int count_;
  Fetched fetched_;
};

class Periodic final : public NetworkSource {
 public:
  Periodic(int64_t period, const Upkeep& upkeep) : period_(period), upkeep_(upkeep) {}

  const Fetched& fetch(const Step& step) override {
    if (fetched_.networks.empty() || step.number % period_ == 0) fetched_.networks = {drawn_network(step)};
    return fetched_;
  }
  void after(const Step& step, const Synthetic& synthetic) override {
    if ((step.number + 1) % period_ != 0) keep_up(fetched_.networks.front(), upkeep_, step, synthetic, step.random("upkeep"));
  }

  Tensors memory() const override { return tensors_of(fetched_.networks); }
  void restore(const Step& step, const Tensors& memory) override { fetched_.networks = networks_in(memory, step); }

 private:
  int64_t period_;
  Upkeep upkeep_;
  Fetched fetched_;
};

struct UpkeepBatch {
  Tensor pictures;
  Tensor targets;  ///< labels, or a share for each class
};

UpkeepBatch upkeep_batch(const Upkeep& upkeep, const Samples& all, Random& random) {
  if (upkeep.on != nullptr) {
    std::vector<int64_t> numbers(static_cast<size_t>(std::min(upkeep.batch, upkeep.on->size())));
    for (int64_t& number : numbers) number = static_cast<int64_t>(random.below(static_cast<uint64_t>(upkeep.on->size())));
    const RealBatch batch = upkeep.on->batch(numbers);
    return {batch.pictures, batch.labels};
  }
  const int64_t count = all.pictures.size(0);
  if (count <= upkeep.batch) return {all.pictures, all.targets};
  std::vector<int64_t> order = random.permutation(count);
  const Tensor chosen = at::from_blob(order.data(), {upkeep.batch}, at::kLong).to(all.pictures.device(), at::kLong, false, true);
  return {all.pictures.index_select(0, chosen), all.targets.index_select(0, chosen)};
}

/// Of all pictures, those whose greatest logit is that of their greatest target.
double share_told_right(const Tensor& logits, const Tensor& targets) {
  const Tensor labels = targets.dim() == 1 ? targets : targets.argmax(1);
  return (logits.argmax(1) == labels).to(at::kDouble).mean().item<double>();
}

/// Logits, and the gradients of the mean cross entropy.
Chain::Gradients passed_back(const nn::Classifier& network, const Tensors& parameters, Tensors& buffers, const UpkeepBatch& batch) {
  if (const auto chain = Chain::of(network, parameters, batch.pictures)) return chain->gradients(batch.pictures, batch.targets);
  const Tensor logits = network.forward({parameters, buffers, /*training=*/true}, batch.pictures);
  return {logits, torch::autograd::grad({at::cross_entropy_loss(logits, batch.targets)}, parameters)};
}

}  // namespace

double keep_up(nn::State& state, const Upkeep& upkeep, const Step& step, const Synthetic& synthetic, Random random) {
  if (upkeep.updates == 0) return 0;
  Tensors parameters;
  for (const Tensor& parameter : state.parameters) parameters.push_back(parameter.detach().clone().set_requires_grad(true));
  Samples all;
  if (upkeep.on == nullptr) {
    const c10::NoGradGuard no_grad;
    all = synthetic.all();
  }
  Tensors momenta;
  for (const Tensor& parameter : parameters) momenta.push_back(at::zeros_like(parameter.detach()));
  double right = 0;
  for (int64_t i = 0; i < upkeep.updates; ++i) {
    UpkeepBatch batch = upkeep_batch(upkeep, all, random);
    batch.pictures = augmented(upkeep.augment, batch.pictures, random);
    const auto [logits, gradients] = passed_back(step.network, parameters, state.buffers, batch);
    const c10::NoGradGuard no_grad;
    right += share_told_right(logits, batch.targets);
    at::_foreach_mul_(momenta, upkeep.momentum);
    at::_foreach_add_(momenta, gradients);
    if (upkeep.weight_decay > 0) at::_foreach_add_(momenta, parameters, upkeep.weight_decay);
    at::_foreach_add_(parameters, momenta, -upkeep.rate);
  }
  for (size_t i = 0; i < parameters.size(); ++i) state.parameters[i] = parameters[i].detach();
  return right / static_cast<double>(upkeep.updates);
}

std::unique_ptr<NetworkSource> fresh_networks(int count) {
  return std::make_unique<Fresh>(count);
}
std::unique_ptr<NetworkSource> periodic_networks(int64_t period, const Upkeep& upkeep) {
  return std::make_unique<Periodic>(period, upkeep);
}

}  // namespace decant::distill
