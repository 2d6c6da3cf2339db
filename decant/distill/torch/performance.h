// Performance matching by meta-learning: S is blamed for what a network trained on it gets wrong on
// real rows. What DD, BPTT, RaT-BPTT, Remember the Past and LD have in common.
//
//     L(S) = 1/|T| Σ_{(x, y) ∈ T} ℓ(network(θ_U, x), y),     θ_U = U updates from θ_0 on S (unroll.h)
//
// Learnt with S: the rate of the updates, as its logarithm, so that it stays positive and moves by
// a share of itself.
//
// A step costs U forward-backward passes of a batch of S, as many again with recomputation, U
// double backwards, and a forward-backward pass of the real rows. Memory: the graph of as many
// updates as are recomputed at a time, and of 64 real rows.
#pragma once

#include <memory>

#include "decant/distill/torch/method.h"
#include "decant/distill/torch/unroll.h"

namespace decant::distill {

struct PerformanceOptions {
  UnrollOptions unroll;          ///< `updates`: U
  bool any_end = false;          ///< U is drawn anew for every step, from the window's length to unroll.updates
  int64_t batch = 0;             ///< pictures that an update sees; 0 = all of S
  bool last_layer_only = false;  ///< what is trained; the rest of the network stays as it was drawn
  std::string augment;           ///< of what an update sees, one draw for each, as augmenting.h
};

/// `log_rates`: one value, or one for each update; shared with whoever learns it. The objective
/// draws its real rows itself.
std::unique_ptr<Objective> blame_performance(const PerformanceOptions& options, std::unique_ptr<RealSampler> real, Tensor log_rates);

/// The mean cross entropy of real rows, and its gradient with respect to `parameters`, by parts of
/// `part` rows of which one graph is alive at a time. The network runs as in training, so batch
/// norms take the statistics of a part.
Tensor loss_in_parts(const nn::Classifier& network, const Tensors& parameters, const Tensors& buffers, const RealBatch& real,
                     int64_t part = 64);

/// Networks that are the same for every step.
std::unique_ptr<NetworkSource> fixed_network();

}  // namespace decant::distill
