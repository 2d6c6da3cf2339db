// A queue of networks that are trained on real rows: X. Zhao et al., IDM (methods/idm.cc).
#include <ATen/ops/tensor.h>
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/distill/torch/network_source.h"

namespace decant::distill {
namespace {

class NetworkQueue final : public NetworkSource {
 public:
  explicit NetworkQueue(const Queue& options) : options_(options) { DECANT_CHECK(options.upkeep.on != nullptr, ==, true); }

  const Fetched& fetch(const Step& step) override {
    if (networks_.empty()) push(drawn_network(step));
    const size_t chosen = step.random("from the queue").below(networks_.size());
    fetched_.networks = {networks_[chosen]};
    fetched_.accuracy = accuracies_[chosen];
    return fetched_;
  }

  void after(const Step& step, const Synthetic& synthetic) override {
    std::vector<int64_t> order = step.random("trained").permutation(std::ssize(networks_));
    order.resize(static_cast<size_t>(std::min<int64_t>(options_.trained, std::ssize(order))));
    for (const int64_t place : order) {
      const auto i = static_cast<size_t>(place);
      accuracies_[i] = keep_up(networks_[i], options_.upkeep, step, synthetic, step.random("upkeep", place));
    }
    if ((step.number + 1) % options_.interval == 0) push(drawn_network(step, /*part=*/1));
  }

  /// The networks, and what they told right.
  Tensors memory() const override {
    Tensors all = tensors_of(networks_);
    all.push_back(at::tensor(accuracies_, at::kDouble));
    return all;
  }
  void restore(const Step& step, const Tensors& memory) override {
    if (memory.empty()) return;
    networks_ = networks_in(Tensors(memory.begin(), memory.end() - 1), step);
    const Tensor& accuracies = memory.back();
    if (accuracies.scalar_type() != at::kDouble || accuracies.numel() != std::ssize(networks_))
      throw InputError({"", "the checkpoint", "holds other networks", "Delete the folder it lies in, or choose another output"});
    accuracies_.assign(accuracies.data_ptr<double>(), accuracies.data_ptr<double>() + accuracies.numel());
  }

 private:
  void push(nn::State network) {
    if (std::ssize(networks_) == options_.size) {
      networks_.erase(networks_.begin());
      accuracies_.erase(accuracies_.begin());
    }
    networks_.push_back(std::move(network));
    accuracies_.push_back(0);
  }

  Queue options_;
  std::vector<nn::State> networks_;  ///< the oldest first
  std::vector<double> accuracies_;
  Fetched fetched_;
};

}  // namespace

std::unique_ptr<NetworkSource> queue_networks(const Queue& queue) {
  return std::make_unique<NetworkQueue>(queue);
}

}  // namespace decant::distill
