// Distances between two lists of gradients, part by part of a network.
#pragma once

#include <functional>

#include "decant/distill/torch/step.h"

namespace decant::distill {

/// Gradients of the mean cross entropy (targets (n) labels or (n, classes) shares) at the network's
/// parameters, in the order of its list, by autograd. `keep_graph`: they can be differentiated
/// themselves.
Tensors gradients_at(const Step& step, const nn::State& state, const Tensor& pictures, const Tensor& targets, bool keep_graph);

/// The same of real rows with labels, detached. Some at a time, which bounds memory: the mean of
/// their gradients, by their number. With batch norm all at once, as its statistics are theirs.
/// By chain.h where the network is one.
Tensors real_gradients(const Step& step, const nn::State& state, const RealBatch& real);

/// `distance` of the gradients that synthetic pictures give, part of the graph of the pictures, and
/// of their targets where these are learnt. By chain.h where the network is one.
Tensor distance_of_gradients(const Step& step, const nn::State& state, const Samples& synthetic,
                             const std::function<Tensor(const Tensors& gradients)>& distance);

/// Σ over layers, Σ over a layer's outputs: 1 − ⟨a, b⟩ / (‖a‖‖b‖ + 10⁻⁶), each weight as (outputs,
/// rest). Biases and norms count nothing. (DC.)
Tensor layerwise_cosine(const Tensors& real, const Tensors& synthetic);
/// Σ (a − b)² over everything. (The "mse" of DC's code, and IDC's for colour pictures.)
Tensor squared_distance(const Tensors& real, const Tensors& synthetic);
/// Σ |a − b| over everything. (IDC's for grey pictures.)
Tensor absolute_distance(const Tensors& real, const Tensors& synthetic);

}  // namespace decant::distill
