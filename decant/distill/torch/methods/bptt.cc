// BPTT: back-propagation through training with momentum (Z. Deng and O. Russakovsky, "Remember the
// past: distilling datasets into addressable memories for neural networks", NeurIPS 2022,
// arXiv:2206.02916, section 3.2), pixels learnt. With bases in place of pixels: remember.cc.
//
//     L = ℓ(T; θ_U),   m ← μ m + ∇ℓ(S_t; θ_t),   θ_{t+1} = θ_t − η m          performance.h
//
// S_t: all of S, or mini-batches of `batch`. Momentum is what lifts it far above DD: an update then
// also depends on the pictures of all those before it.
//
// Published code (github.com/princetonvisualai/RememberThePast-DatasetDistillation) is configured
// for 20 updates at a fixed rate of 0.01 with momentum 0.9, and 500,000 steps of the pictures at
// 0.1 with momentum 0.5. It keeps a copy of the network for every update in main memory and goes
// back one update at a time: what recompute=1 does here. With validation_ratio 0 it tunes on the
// test set. Here the rate is learnt, and the pictures are moved by Adam.
//
// A step: 2 U forward-backward passes and U double backwards of a batch, one forward-backward pass
// of the real rows (with recompute=0, U less). Memory: one update's graph (U of them), 2 U times
// the parameters.
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

Usual usual_of_bptt(const DistillOptions&) {
  return {.steps = 200, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .real_batch = 256, .can_learn_labels = true};
}

Parts make_bptt(const Setting& setting, nn::SpecText& own) {
  const int updates = own.number("updates", 10, 1, 1000);
  const int batch = own.number("batch", 0, 0, 1'000'000);
  const int recompute = own.number("recompute", 1, 0, 1000);
  const InnerRule rule{InnerRule::Kind::sgd, own.number("momentum", 90, 0, 99) / 100.0};
  const Learnt rate = log_rate(0.02, 1, setting.real);
  const PerformanceOptions options{
      .unroll = {.rule = rule, .updates = updates, .recompute_every = recompute}, .batch = batch, .augment = setting.options.augment};
  return {pixels_with_rate(setting, rate), fresh_networks(), nullptr,
          blame_performance(options, sample_mixed(setting.real, setting.options.real_batch), rate.value)};
}

}  // namespace

Method momentum_unrolled() {
  return {.facts = {"bptt", "performance matching, meta-learning", "what training with momentum on the pictures leads to",
                    "Deng and Russakovsky, NeurIPS 2022, arXiv:2206.02916"},
          .usual = usual_of_bptt,
          .make = make_bptt};
}

}  // namespace decant::distill
