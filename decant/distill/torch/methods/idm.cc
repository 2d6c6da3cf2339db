// IDM: G. Zhao, G. Li, Y. Qin and Y. Yu, "Improved distribution matching for dataset condensation",
// CVPR 2023, arXiv:2307.09742.
//
//     Σ_c ‖ mean f(T_c) − mean f(S_c) ‖²  +  w · a · Σ_c ℓ(S_c; θ)
//
// Three changes to DM: θ comes from a queue of networks trained on real rows (queue_networks()); S
// is to be classified rightly, which counts by a, the percentage that the network itself tells
// right, and w = `ce`; and partition and expand, which is multi-formation of factor 2.
//
// Published code (github.com/uitrbn/IDM) holds up to 100 networks, draws one every 5 to 50 steps
// and trains two of them on ten batches of 256 after each; it updates after each class, with w from
// 0.1 to 0.8 and rate 0.2, and keeps the set that is best on the test rows. Networks run as in
// evaluation. Here they are fewer and less trained, so that a step stays that of DM, and their
// momentum is forgotten between two trainings.
//
// A step: as DM, with twice the pass over S (embedding, then logits, share one), and the training
// of a network. Memory: as DM, and the queue.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/real_passes.h"

namespace decant::distill {
namespace {

class ImprovedMeans final : public Objective {
 public:
  explicit ImprovedMeans(double weight) : weight_(weight) {}

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const int64_t classes = sides.real.labels.size(0) / sides.real.each_of_them;
    const nn::State& state = fetched.networks.front();
    Tensors buffers = state.buffers;
    const nn::Pass pass{.parameters = state.parameters, .buffers = buffers, .once = true};
    const Tensor real = class_means(real_embeddings(step, state, sides.real.pictures, false), classes);
    const Tensor embedding = step.network.embed(pass, sides.synthetic.pictures);
    const Tensor distance = (real - class_means(embedding, classes)).square().sum();
    const double percent = 100 * fetched.accuracy;
    if (weight_ * percent == 0) return distance;
    const Tensor entropy = at::cross_entropy_loss(step.network.classify(pass, embedding), sides.synthetic.targets);
    return distance + weight_ * percent * static_cast<double>(classes) * entropy;
  }

 private:
  double weight_;
};

Parts make_idm(const Setting& setting, nn::SpecText& own) {
  Queue queue{.size = own.number("networks", 10, 1, 10'000), .interval = own.number("interval", 20, 1, 1'000'000)};
  queue.upkeep = {.updates = own.number("updates", 4, 0, 100'000),
                  .batch = 64,
                  .rate = 0.01,
                  .momentum = 0.9,
                  .weight_decay = 5e-4,
                  .on = &setting.real,
                  .augment = ""};
  const double weight = own.real("ce", 0.5, 0, 1e6);
  return {setting.synthetic(own, {.factor = 2}), queue_networks(queue), sample_per_class(setting.real, setting.options.real_batch),
          std::make_unique<ImprovedMeans>(weight)};
}

}  // namespace

Method improved_distribution_matching() {
  return {.facts = {"idm", "distribution matching", "dm through networks trained on real rows, which must also classify the pictures",
                    "Zhao et al., CVPR 2023, arXiv:2307.09742"},
          .usual = [](const DistillOptions&) { return Usual{.rate = 0.2, .augment = "dsa"}; },
          .make = make_idm};
}

}  // namespace decant::distill
