#include "decant/distill/torch/inner_training.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/distill/torch/chain.h"

namespace decant::distill {
namespace {

Tensors copies_of(const Tensors& tensors) {
  Tensors copies;
  for (const Tensor& tensor : tensors) copies.push_back(tensor.clone());
  return copies;
}

/// The rows of `source` that update t sees.
Tensor seen(const InnerBatches& batches, int64_t update, const Tensor& source) {
  if (batches.numbers.empty()) return source;
  return source.index_select(0, batches.numbers.at(static_cast<size_t>(update)).to(source.device()));
}

Tensor seen_pictures(const InnerBatches& batches, int64_t update, const Tensor& pictures) {
  const Tensor chosen = seen(batches, update, pictures);
  return batches.augment ? batches.augment(update, chosen) : chosen;
}

/// One for all updates, or that of update t.
Tensor rate_of(int64_t update, std::span<const Tensor> sources) {
  const Tensor& rates = sources[2];
  return rates.numel() == 1 ? rates.reshape({}) : rates.select(0, update);
}

}  // namespace

Tensor soft_cross_entropy(const Tensor& logits, const Tensor& targets) {
  return -(targets * at::log_softmax(logits, 1)).sum() / static_cast<double>(logits.size(0));
}

Tensor training_loss(const nn::Classifier& network, std::span<const Tensor> parameters, const Tensors& buffers, const Tensor& pictures,
                     const Tensor& targets) {
  Tensors own = copies_of(buffers);
  return soft_cross_entropy(network.forward({parameters, own, /*training=*/true}, pictures), targets);
}

InnerBatches shuffled_batches(int64_t count, int64_t batch, int64_t updates, Random random) {
  DECANT_CHECK(batch, >=, 1);
  InnerBatches batches;
  if (batch >= count) return batches;
  std::vector<int64_t> order;
  int64_t next = count;
  for (int64_t t = 0; t < updates; ++t) {
    if (next >= count) {
      order = random.permutation(count);
      next = 0;
    }
    const int64_t end = std::min(next + batch, count);
    batches.numbers.push_back(at::tensor(at::ArrayRef<int64_t>(order.data() + next, static_cast<size_t>(end - next)), at::kLong));
    next = end;
  }
  return batches;
}

InnerTask train_classifier(const nn::Classifier& network, const Tensors& buffers, InnerBatches batches) {
  InnerTask task{{}, rate_of, {}};
  task.gradients = [&network, drawn = batches](int64_t t, std::span<const Tensor> parameters, std::span<const Tensor> sources,
                                               bool in_graph) -> std::optional<Tensors> {
    const auto chain = Chain::of(network, parameters, sources[0]);
    if (!chain) return std::nullopt;
    const Tensor pictures = seen_pictures(drawn, t, sources[0]);
    const Tensor targets = seen(drawn, t, sources[1]);
    return in_graph ? chain->gradients_in_graph(pictures, targets, parameters) : chain->gradients(pictures, targets).parameters;
  };
  task.loss = [&network, buffers, drawn = std::move(batches)](int64_t t, std::span<const Tensor> parameters,
                                                              std::span<const Tensor> sources) {
    return training_loss(network, parameters, buffers, seen_pictures(drawn, t, sources[0]), seen(drawn, t, sources[1]));
  };
  return task;
}

InnerTask train_last_layer(InnerBatches batches) {
  InnerTask task{{}, rate_of, {}};
  task.loss = [drawn = std::move(batches)](int64_t t, std::span<const Tensor> parameters, std::span<const Tensor> sources) {
    const Tensor logits = at::linear(seen(drawn, t, sources[0]), parameters[0], parameters[1]);
    return soft_cross_entropy(logits, seen(drawn, t, sources[1]));
  };
  return task;
}

}  // namespace decant::distill
