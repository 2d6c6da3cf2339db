// DD: the first method of the field (T. Wang, J.-Y. Zhu, A. Torralba and A. A. Efros, "Dataset
// distillation", 2018, arXiv:1811.10959).
//
//     L = ℓ(T; θ_U),   θ_{t+1} = θ_t − η_t ∇ℓ(S; θ_t)          performance.h
//
// Plain gradient descent on all of S, with a learnt rate for every update. Networks are drawn anew
// for every step, or, with fixed=1, always the same one: then S is for that network alone, and a
// handful of updates from it reach what no other initialisation does.
//
// Published code (github.com/SsnL/dataset-distillation) has pictures of their own for each of 10
// updates, run through 3 times, all rates 0.02 at first: a sequence that must be trained on in its
// order. Here S is one set, as every other method's. It starts from noise; here from real rows. Its
// labels are hard; here they may be learnt (I. Sucholutsky and M. Schonlau, "Soft-label dataset
// distillation", 2019, arXiv:1910.02551).
//
// A step: 2 U forward-backward passes and U double backwards of S, one forward-backward pass of the
// real rows (with recompute=0, U less). Memory: one update's graph (U of them), U times the
// parameters.
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/performance.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

Usual usual_of_dd(const DistillOptions&) {
  return {.steps = 200, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .real_batch = 256, .can_learn_labels = true};
}

Parts make_dd(const Setting& setting, nn::SpecText& own) {
  const int updates = own.number("updates", 10, 1, 1000);
  const bool fixed = own.number("fixed", 0, 0, 1) == 1;
  const int recompute = own.number("recompute", 1, 0, 1000);
  const Learnt rates = log_rate(0.05, updates, setting.real);
  return {pixels_with_rate(setting, rates), fixed ? fixed_network() : fresh_networks(), nullptr,
          blame_performance({.unroll = {.updates = updates, .recompute_every = recompute}, .augment = setting.options.augment},
                            sample_mixed(setting.real, setting.options.real_batch), rates.value)};
}

}  // namespace

Method gradient_descent_unrolled() {
  return {.facts = {"dd", "performance matching, meta-learning", "what some steps of gradient descent on the pictures lead to",
                    "Wang et al. 2018, arXiv:1811.10959"},
          .usual = usual_of_dd,
          .make = make_dd};
}

}  // namespace decant::distill
