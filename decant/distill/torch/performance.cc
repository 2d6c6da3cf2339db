#include "decant/distill/torch/performance.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/attached_gradients.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

constexpr size_t kLastLayer = 2;  // its weight and its bias end the list

class TrainedPerformance final : public Objective {
 public:
  TrainedPerformance(const PerformanceOptions& options, std::unique_ptr<RealSampler> real, Tensor log_rates)
      : options_(options), real_(std::move(real)), log_rates_(std::move(log_rates)) {}

  bool wants_real() const override { return false; }

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& start = fetched.networks.front();
    const UnrollOptions unrolled = drawn(step);
    InnerBatches batches = batches_of(step, sides.synthetic, unrolled.updates);
    RealBatch real = real_->of_all(step.random("real"));
    const auto type = start.parameters.front().scalar_type();  // float64 in tests of gradients
    real.pictures = real.pictures.to(type);
    const Tensors sources{sides.synthetic.pictures.to(type), sides.synthetic.targets, log_rates_.exp()};
    if (options_.last_layer_only) return of_last_layer(step, start, sources, unrolled, std::move(batches), real);
    const InnerTask task = train_classifier(step.network, start.buffers, std::move(batches));
    return loss_in_parts(step.network, unroll(task, start.parameters, sources, unrolled), start.buffers, real);
  }

 private:
  UnrollOptions drawn(const Step& step) const {
    UnrollOptions options = options_.unroll;
    const int64_t least = std::min(options.window, options.updates);
    if (options_.any_end)
      options.updates = least + static_cast<int64_t>(step.random("end").below(static_cast<uint64_t>(options.updates - least + 1)));
    return options;
  }

  InnerBatches batches_of(const Step& step, const Samples& synthetic, int64_t updates) const {
    const int64_t count = synthetic.pictures.size(0);
    InnerBatches batches = shuffled_batches(count, options_.batch > 0 ? options_.batch : count, updates, step.random("batches"));
    augment_each(batches, options_.augment, step.random("inner augment"));
    return batches;
  }

  /// On what the rest of the network, as it was drawn, makes of the pictures.
  static Tensor of_last_layer(const Step& step, const nn::State& start, const Tensors& sources, const UnrollOptions& unrolled,
                              InnerBatches batches, const RealBatch& real) {
    const auto embedded = [&](const Tensor& pictures) {
      Tensors own;
      for (const Tensor& buffer : start.buffers) own.push_back(buffer.clone());
      return step.network.embed({start.parameters, own, /*training=*/true}, pictures);
    };
    const Tensors last(start.parameters.end() - kLastLayer, start.parameters.end());
    const InnerTask task = train_last_layer(std::move(batches));
    const Tensors trained = unroll(task, last, {embedded(sources[0]), sources[1], sources[2]}, unrolled);
    Tensors reached(start.parameters.begin(), start.parameters.end() - kLastLayer);
    reached.insert(reached.end(), trained.begin(), trained.end());
    const Tensor logits = step.network.classify({reached, {}, /*training=*/true}, [&] {
      const c10::NoGradGuard values_only;
      return embedded(real.pictures);
    }());
    return soft_cross_entropy(logits, at::one_hot(real.labels, logits.size(1)));
  }

  PerformanceOptions options_;
  std::unique_ptr<RealSampler> real_;
  Tensor log_rates_;
};

class FixedNetwork final : public NetworkSource {
 public:
  const Fetched& fetch(const Step& step) override {
    if (fetched_.networks.empty())
      fetched_.networks = {drawn_network({0, step.steps, step.seed, step.network, step.real, step.context, step.ball})};
    return fetched_;
  }

 private:
  Fetched fetched_;
};

}  // namespace

std::unique_ptr<Objective> blame_performance(const PerformanceOptions& options, std::unique_ptr<RealSampler> real, Tensor log_rates) {
  return std::make_unique<TrainedPerformance>(options, std::move(real), std::move(log_rates));
}

Tensor loss_in_parts(const nn::Classifier& network, const Tensors& parameters, const Tensors& buffers, const RealBatch& real,
                     int64_t part) {
  Tensors leaves;
  for (const Tensor& parameter : parameters) leaves.push_back(parameter.detach().set_requires_grad(true));
  const int64_t count = real.pictures.size(0);
  Tensor value = at::zeros({}, leaves.front().options().requires_grad(false));
  Tensors gradients(parameters.size());
  for (int64_t begin = 0; begin < count; begin += part) {
    const int64_t size = std::min(part, count - begin);
    const Tensor targets = at::one_hot(real.labels.narrow(0, begin, size), network.spec().classes);
    const Tensor loss = training_loss(network, leaves, buffers, real.pictures.narrow(0, begin, size), targets) *
                        (static_cast<double>(size) / static_cast<double>(count));
    const Tensors own = torch::autograd::grad({loss}, leaves);
    for (size_t i = 0; i < own.size(); ++i) gradients[i] = begin == 0 ? own[i] : gradients[i] + own[i];
    value = value + loss.detach();
  }
  return with_gradients(value, parameters, gradients);
}

std::unique_ptr<NetworkSource> fixed_network() {
  return std::make_unique<FixedNetwork>();
}

}  // namespace decant::distill
