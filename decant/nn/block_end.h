// What follows a convolution in a ConvNet, as one step: instance norm – ReLU – mean of 2×2, with
// the derivatives that matching gradients asks for.
//
//     n = (y − mean) / d      d² = variance + ε, both over a channel of a picture, P places
//     u = w n + b             z = mean of 2×2 of max(u, 0)
//
// Autograd runs each of these over maps of the convolution's size, one after another and once more
// for every derivative, which takes longer than the convolutions themselves. Here a picture's maps
// are read while they are in the cache. With ū = ∂/∂u, that is ∂/∂z spread over its four places and
// cut off where u ≤ 0, the four passes are
//
//     normalise   y → n (in place), 1/d, z
//     backward    ∂/∂z → ȳ = w/d (ū − mean ū − n mean(ū n));  ∂/∂b = Σ ū,  ∂/∂w = Σ ū n
//     tangent     ẏ, ẇ, ḃ → ż, by ṅ = (ẏ − mean ẏ − n c)/d with c = mean(ẏ n),  u̇ = w ṅ + ẇ n + ḃ
//     adjoint     the derivative of Σ ȳ ẏ + ẇ Σ ū n + ḃ Σ ū, where ū moves too: see block_end.cc
//
// All maps are (pictures, channels, height, width) in channels-last, float32 or float64; of an odd
// side the last places are left out of z, as at::avg_pool2d has it. Per-channel results are
// (pictures, channels), not yet summed over pictures. Pictures are shared among the threads;
// results do not depend on their number.
#pragma once

#include "decant/nn/module.h"

namespace decant::nn {

struct BlockNorm {
  Tensor weight;  ///< (channels)
  Tensor bias;
  double epsilon = 1e-5;
};

/// What a pass leaves for its derivatives.
struct Normalised {
  Tensor maps;     ///< n
  Tensor inverse;  ///< 1/d
  Tensor halved;   ///< z
};

/// `maps`: y. `in_place`: n takes its place.
Normalised normalise(const Tensor& maps, const BlockNorm& norm, bool in_place);

struct BlockGradient {
  Tensor maps;    ///< ȳ
  Tensor weight;  ///< Σ ū n
  Tensor bias;    ///< Σ ū
};

/// `halved`: ∂/∂z. `in_place`: ȳ takes the place of n.
BlockGradient backward(const Normalised& at, const BlockNorm& norm, const Tensor& halved, bool in_place);

struct BlockTangent {
  Tensor maps;    ///< ẏ
  Tensor mean;    ///< of ẏ
  Tensor along;   ///< c
  Tensor halved;  ///< ż
};

/// `moved`: ẇ and ḃ.
BlockTangent tangent(const Normalised& at, const BlockNorm& norm, Tensor maps, const BlockNorm& moved);

struct BlockAdjoint {
  Tensor maps;    ///< y*
  Tensor weight;  ///< Σ (u* n + ū ṅ)
  Tensor bias;    ///< Σ u*
};

/// ∂/∂y, which takes the place of ẏ, and that of the norm's weight and bias. `halved`: ∂/∂ż, which
/// is what backward() had, and `gradient` what it gave; `adjoint`: ∂/∂z.
BlockAdjoint adjoint(const Normalised& at, const BlockNorm& norm, BlockTangent&& tangent, const BlockNorm& moved,
                     const BlockGradient& gradient, const Tensor& halved, const Tensor& adjoint);

/// z as part of the graph, and what a training needs of it: normalise() and backward(). As
/// at::group_norm of one channel a group, at::relu and at::avg_pool2d one after another, up to
/// rounding, but for a second derivative, which it does not have. REQUIRES: takes_block_end().
Tensor instance_norm_relu_mean(const Tensor& maps, const BlockNorm& norm);

/// Whether the passes take such maps: in channels-last on the CPU, float32 or float64.
bool takes_block_end(const Tensor& maps);

}  // namespace decant::nn
