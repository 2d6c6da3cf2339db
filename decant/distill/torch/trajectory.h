// How far training on a synthetic set ends from where an expert went: the loss of trajectory
// matching, and two gradients of it.
//
//     L = ‖θ_N − θ*‖² / ‖θ_0 − θ*‖²,      θ_{i+1} = θ_i − α g_i,   g_i = ∂/∂θ loss(i, θ_i; s)
//
// θ_0 and θ* are two places on the way of a network trained on real rows. G. Cazenavette et al.,
// "Dataset distillation by matching training trajectories", CVPR 2022: sums over all parameters.
//
// **Exact**: trajectory_loss() of unroll().
//
// **TESLA's surrogate** (J. Cui et al., "Scaling up dataset distillation to ImageNet-1K with
// constant memory", ICML 2023). With θ_N written out,
//
//     ‖θ_N − θ*‖² = ‖θ_0 − θ* − α Σ_i g_i‖²,
//
// and every θ_i taken for a constant, the gradient is a sum in which each update has a term of its
// own, and only that term's graph need be alive:
//
//     ∂L/∂s = −2/‖θ_0 − θ*‖² · Σ_i ∂/∂s [ α(s) ⟨θ_N − θ*, g_i(s; θ_i)⟩ ],     θ_N − θ* constant
//
// (The paper expands θ_N and writes the pictures' part as ⟨α (θ* − θ_0) + α² Σ_j g_j, g_i⟩; the
// rate's is −⟨θ_N − θ*, Σ_j g_j⟩.) It is not the gradient of L: that θ_i depends on the pictures of
// updates before i is left out, terms of order α². It equals the gradient for N = 1, and nears it
// as α goes to 0 (trajectory_test.cc). The value of L is exact.
//
//                   forward-backward passes    double backwards    memory
//     exact         N                          N                   N graphs; with unroll()'s recomputation k
//     surrogate     2 N                        N                   1 graph
#pragma once

#include "decant/distill/torch/unroll.h"

namespace decant::distill {

/// ‖reached − target‖² / ‖start − target‖² over all tensors: one value, part of the graph of
/// `reached`. Infinite or not a number where start = target.
Tensor trajectory_loss(std::span<const Tensor> reached, std::span<const Tensor> start, std::span<const Tensor> target);

/// The same value, of plain gradient descent, with the surrogate's gradient with respect to
/// `sources`. It is computed at once; what comes back is that value and a constant times the
/// sources.
Tensor tesla_loss(const InnerTask& task, const Tensors& start, const Tensors& target, const Tensors& sources, int64_t updates);

}  // namespace decant::distill
