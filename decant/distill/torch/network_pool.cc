#include "decant/distill/torch/network_pool.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

Samples pool_batch(const Synthetic& synthetic, int64_t most, Random& random) {
  const c10::NoGradGuard no_grad;
  const int64_t count = synthetic.count();
  if (count <= most) return synthetic.all();
  std::vector<int64_t> order = random.permutation(count);
  const Tensor chosen = at::from_blob(order.data(), {most}, at::kLong);
  return synthetic.some(chosen.clone());
}

/// As drawn_network(), of a name of its own: networks that replace others.
nn::State on_device(nn::State state, c10::Device device) {
  for (Tensors* tensors : {&state.parameters, &state.buffers}) {
    for (Tensor& tensor : *tensors) tensor = tensor.to(device);
  }
  return state;
}

}  // namespace

PoolMember::PoolMember(const PoolOptions& options, nn::State drawn, c10::Device device, int64_t age)
    : options_(options),
      state_(on_device(std::move(drawn), device)),
      adam_(train::make_optimizer({"adamw", 0.9, 0}, state_.parameters, std::vector<bool>(state_.parameters.size(), false))),
      age_(age) {}

void PoolMember::learn(const Step& step, const Synthetic& synthetic, Random random) {
  const c10::AutoGradMode with_graph(true);
  const Samples batch = pool_batch(synthetic, options_.batch, random);
  Tensors leaves;
  for (const Tensor& parameter : state_.parameters) leaves.push_back(parameter.detach().set_requires_grad(true));
  const Tensor logits = step.network.forward({leaves, state_.buffers, /*training=*/true}, batch.pictures.detach());
  const Tensor loss = (logits - batch.targets.detach()).square().sum(1).mean() / 2;
  adam_->step(torch::autograd::grad({loss}, leaves), options_.rate);
  ++age_;
  ++learnt_;
}

Tensors PoolMember::memory() const {
  Tensors all = state_.parameters;
  all.insert(all.end(), state_.buffers.begin(), state_.buffers.end());
  const Tensors remembered = adam_->memory();
  all.insert(all.end(), remembered.begin(), remembered.end());
  return all;
}

void PoolMember::restore(const Tensors& memory, int64_t age, int64_t learnt) {
  const c10::NoGradGuard no_grad;
  const Tensors own = this->memory();
  DECANT_CHECK(memory.size(), ==, own.size());
  for (size_t i = 0; i < own.size(); ++i) own[i].copy_(memory[i]);
  adam_->restore(adam_->memory(), learnt);
  age_ = age;
  learnt_ = learnt;
}

namespace {

class Pool final : public NetworkSource {
 public:
  explicit Pool(const PoolOptions& options) : options_(options) {}

  const Fetched& fetch(const Step& step) override {
    if (members_.empty()) fill(step);
    fetched_.networks = {members_[chosen(step)].state()};
    return fetched_;
  }

  /// As published, a network lives one step longer than its age says: it is replaced instead of
  /// trained.
  void after(const Step& step, const Synthetic& synthetic) override {
    const size_t which = chosen(step);
    if (members_[which].age() > options_.life)
      members_[which] = drawn(step, 0);
    else
      members_[which].learn(step, synthetic, step.random("pool batch"));
  }

  /// Ages and steps of each, then the tensors of each.
  Tensors memory() const override {
    if (members_.empty()) return {};
    const Tensor counts = at::empty({std::ssize(members_), 2}, at::kLong);
    Tensors all{counts};
    for (size_t i = 0; i < members_.size(); ++i) {
      counts.data_ptr<int64_t>()[2 * i] = members_[i].age();
      counts.data_ptr<int64_t>()[2 * i + 1] = members_[i].learnt();
      const Tensors own = members_[i].memory();
      all.insert(all.end(), own.begin(), own.end());
    }
    return all;
  }

  void restore(const Step& step, const Tensors& memory) override {
    if (memory.empty()) return;
    fill(step);
    const size_t each = members_.front().memory().size();
    DECANT_CHECK(memory.size(), ==, 1 + each * members_.size());
    const int64_t* const counts = memory.front().data_ptr<int64_t>();
    for (size_t i = 0; i < members_.size(); ++i) {
      const auto begin = memory.begin() + static_cast<ptrdiff_t>(1 + i * each);
      members_[i].restore({begin, begin + static_cast<ptrdiff_t>(each)}, counts[2 * i], counts[2 * i + 1]);
    }
  }

 private:
  PoolMember drawn(const Step& step, int64_t age, int64_t part = 0) const {
    return {options_, nn::initial_state(step.network, step.random("network", part)), step.real.device(), age};
  }
  void fill(const Step& step) {
    members_.clear();
    for (int64_t i = 0; i < options_.size; ++i) members_.push_back(drawn(step, options_.life / options_.size * i, i));
  }
  size_t chosen(const Step& step) const { return static_cast<size_t>(step.random("pool").below(static_cast<uint64_t>(options_.size))); }

  PoolOptions options_;
  std::vector<PoolMember> members_;
  Fetched fetched_;
};

}  // namespace

std::unique_ptr<NetworkSource> pool_of_networks(const PoolOptions& options) {
  return std::make_unique<Pool>(options);
}

}  // namespace decant::distill
