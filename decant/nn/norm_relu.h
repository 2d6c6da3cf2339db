// What follows a convolution when a network with batch norms is trained, as one step: batch norm –
// shortcut – ReLU – maximum of 2×2.
//
//     n = (y − mean) / d      d² = variance + ε, both over a channel of the whole batch, P values
//     u = w n + b + s         z = max(u, 0), or the maximum of 2×2 of it
//
// libtorch runs each of these over maps of the convolution's size, forward and backward, and keeps
// what lies between; that takes longer than the convolutions of a small network. Here y is read
// twice on the way there and twice on the way back, and nothing but y is kept (and z where there
// is a shortcut). With ū = ∂/∂u, that is ∂/∂z at the first largest of its four places, cut off
// where u ≤ 0:
//
//     ȳ = w/d (ū − Σū/P − n Σ(ū n)/P)     ∂/∂w = Σ ū n     ∂/∂b = Σ ū     ∂/∂s = ū
//
// The same as at::batch_norm, at::relu and at::max_pool2d one after another, up to rounding
// (norm_relu_test.cc), but for a second derivative, which it does not have.
//
// A frozen norm takes the running statistics instead, and there the batch's own are asked for only
// by who compares the two (inversion of networks). They fall out of the same passes: with m̄ and v̄
// the gradients at the batch's mean and variance,
//
//     ȳ = w/d ū + m̄/P + 2 v̄ (y − mean)/P     d² = running variance + ε
#pragma once

#include "decant/nn/module.h"

namespace decant::nn {

struct BatchNorm {
  Tensor weight;    ///< (channels), float32; float64 for maps of float64
  Tensor bias;      ///< (channels)
  Tensor mean;      ///< (channels), running; moved by `momentum`, outside the graph
  Tensor variance;  ///< (channels), running; moved towards the unbiased one
  double momentum = 0.1;
  double epsilon = 1e-5;
};

/// `maps`: y, (pictures, channels, height, width) in channels-last on the CPU; float32, bfloat16 or
/// float64. Sums are of the norm's type within a picture and float64 across pictures. `shortcut`:
/// as `maps`, or undefined. `halve`: of an odd side the last places are left out, as at::max_pool2d
/// has it. Returns z, of the type of `maps`. Pictures are shared among the threads; results do not
/// depend on their number. REQUIRES: no shortcut when halved.
Tensor batch_norm_relu(const Tensor& maps, const BatchNorm& norm, const Tensor& shortcut = {}, bool halve = false);

struct ReluAndMoments {
  Tensor out;       ///< z
  Tensor mean;      ///< (channels), of the batch, over pictures and places
  Tensor variance;  ///< (channels), the biased one
};

/// The norm with its running statistics, which stay as they are, the shortcut and the ReLU; and the
/// moments of `maps`, differentiable like z. Maps and threads as in batch_norm_relu(). Weight and
/// bias get no gradient.
ReluAndMoments frozen_norm_relu(const Tensor& maps, const BatchNorm& norm, const Tensor& shortcut = {});

/// Whether batch_norm_relu() and frozen_norm_relu() take such maps.
bool takes_norm_relu(const Tensor& maps);

}  // namespace decant::nn
