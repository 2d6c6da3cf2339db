// RaT-BPTT: random truncated back-propagation through time (Y. Feng, R. Vedantam and J. Kempe,
// "Embarrassingly simple dataset distillation", ICLR 2024, arXiv:2311.07025).
//
//     L = ℓ(T; θ_E),   E drawn from W … U,   θ by Adam on mini-batches of S;
//     only the last W updates are part of the graph                              performance.h
//
// The end is drawn because a fixed one teaches S to be good after so many updates alone; the window
// because gradients through all of them are unstable, and cost as much memory.
//
// Published code (github.com/fengyzpku/RaT-BPTT) takes a window of 60 in 200 updates for CIFAR-10
// and of 100 in 300 elsewhere, Adam at 0.001 inside and outside, 5,000 real rows, 60,000 steps;
// batches of so many pictures of every class; keeps the whole window in the graph. The rate inside
// is fixed there unless asked for, learnt here. The published Adam divides by √v̂ + ε (unroll.h
// says why not here).
//
// A step: E + W forward-backward passes and W double backwards of a batch, one forward-backward
// pass of the real rows (with recompute=0, W less). Memory: one update's graph (W of them), 3 W
// times the parameters.
#include <algorithm>

#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

Usual usual_of_rat_bptt(const DistillOptions&) {
  return {.steps = 200, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .real_batch = 256, .can_learn_labels = true};
}

Parts make_rat_bptt(const Setting& setting, nn::SpecText& own) {
  const int updates = own.number("updates", 40, 1, 10'000);
  const int window = own.number("window", std::min(10, updates), 1, updates);
  const int batch = own.number("batch", 0, 0, 1'000'000);
  const int recompute = own.number("recompute", 1, 0, 1000);
  const Learnt rate = log_rate(0.003, 1, setting.real);
  const PerformanceOptions options{
      .unroll = {.rule = {InnerRule::Kind::adam, 0.9}, .updates = updates, .window = window, .recompute_every = recompute},
      .any_end = true,
      .batch = batch,
      .augment = setting.options.augment};
  return {pixels_with_rate(setting, rate), fresh_networks(), nullptr,
          blame_performance(options, sample_mixed(setting.real, setting.options.real_batch), rate.value)};
}

}  // namespace

Method window_unrolled() {
  return {.facts = {"rat-bptt", "performance matching, meta-learning", "bptt through a window that ends anywhere, with Adam",
                    "Feng, Vedantam and Kempe, ICLR 2024, arXiv:2311.07025"},
          .usual = usual_of_rat_bptt,
          .make = make_rat_bptt};
}

}  // namespace decant::distill
