// Training inside the graph: updates of a network's parameters whose result can be differentiated
// with respect to everything that they were computed from.
//
// An update t is a function of the parameters θ, of what the rule remembers (m, v), and of sources
// s: pictures, labels, learning rates.
//
//     g = ∂/∂θ loss(t, θ; s)
//     sgd    m ← μ m + g                                            θ ← θ − η(t; s) m
//     adam   m ← μ m + (1 − μ) g     v ← ν v + (1 − ν) g²           θ ← θ − η(t; s) m̂ / √(v̂ + ε²)
//
// m̂ = m / (1 − μᵗ⁺¹), v̂ = v / (1 − νᵗ⁺¹), ε = 1e-8. The published Adam divides by √v̂ + ε, whose
// derivative is infinite where a weight has had no gradient yet (behind a ReLU that lets nothing
// through): 0 · ∞ would make all gradients NaN. The two differ only where a gradient is as small
// as ε.
//
// What it costs. Keeping the graph of T updates takes T times the memory of one: the activations of
// a mini-batch, and what their derivatives need. With recomputation every k updates, the graph of
// only k of them is alive at a time: the updates run once without a graph, leaving θ, m and v at
// every k-th; going backwards, each stretch of k runs again, in the graph. (A. Griewank and
// A. Walther, Evaluating Derivatives, 2nd ed., chapter 12; k = √T is least.) The gradient is the
// same, since the same operations run on the same numbers.
//
//                        forward-backward passes     double backwards     memory
//     all in the graph   T                           T                    T graphs
//     every k            2 T                         T                    k graphs + T/k times (θ, m, v)
//     last w of T        T, or T + w with k          w                    as above, of w
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "decant/nn/module.h"

namespace decant::distill {

using at::Tensor;
using nn::Tensors;

struct InnerRule {
  enum class Kind { sgd, adam };
  Kind kind = Kind::sgd;
  double momentum = 0;             ///< μ; heavy ball, torch's SGD without Nesterov
  double square_momentum = 0.999;  ///< ν, of adam
};

/// What is trained on. Both functions are asked again when updates are recomputed, so the same
/// arguments must give the same values: whatever is drawn is drawn before. What they refer to must
/// outlive the graph.
struct InnerTask {
  /// One value, part of the graph of `parameters` and `sources`, twice differentiable.
  std::function<Tensor(int64_t update, std::span<const Tensor> parameters, std::span<const Tensor> sources)> loss;
  /// One value, part of the graph of `sources`.
  std::function<Tensor(int64_t update, std::span<const Tensor> sources)> rate;
  /// ∂loss/∂parameters of a task that has a faster way to it than autograd: with `in_graph` part of
  /// the graph of parameters and sources, or else values. Nothing, or no function: autograd's.
  std::function<std::optional<Tensors>(int64_t update, std::span<const Tensor> parameters, std::span<const Tensor> sources, bool in_graph)>
      gradients;
};

/// ∂loss/∂parameters of an update. REQUIRES: parameters that ask for a gradient.
Tensors gradients_of(const InnerTask& task, int64_t update, const Tensors& parameters, std::span<const Tensor> sources, bool in_graph);

struct UnrollOptions {
  InnerRule rule;
  int64_t updates = 1;          ///< T; REQUIRES: ≥ 1
  int64_t window = 0;           ///< w: only the last so many are part of the graph; 0 = all
  int64_t recompute_every = 0;  ///< k; 0 = the graph of all of them is kept
};

/// The parameters after `updates` updates from `start`, part of the graph of `sources` (of which
/// those that ask for a gradient get one, be they leaves or not) and, where the window reaches back
/// so far, of `start`. With recomputation they can be differentiated once, without it any number
/// of times.
Tensors unroll(const InnerTask& task, const Tensors& start, const Tensors& sources, const UnrollOptions& options);

/// The same values without a graph, at a forward-backward pass each.
Tensors train_without_graph(const InnerTask& task, const Tensors& start, const Tensors& sources, const UnrollOptions& options);

}  // namespace decant::distill
