// Kernels of infinitely wide fully connected ReLU networks, in closed form.
//
// The network: `depth` times a linear map and a ReLU, then a linear map to one output, in NTK
// parameterisation: every weight and bias is a standard normal draw, and a layer computes
//
//     h = σ_w / √fan_in · W x + σ_b · b
//
// As the widths grow, the outputs over the draws become a Gaussian process with covariance K, the
// NNGP kernel, and training by gradient descent becomes regression with kernel Θ, the neural
// tangent kernel: Θ(x, y) = ⟨∂f(x)/∂w, ∂f(y)/∂w⟩. Layer by layer, with d the values of a picture,
//
//     K₁ = σ_w² x·y / d + σ_b²                                             Θ₁ = K₁
//     c = K / √(K(x, x) K(y, y)),  φ = arccos c
//     K' = σ_w² √(K(x, x) K(y, y)) (sin φ + (π − φ) cos φ) / 2π + σ_b²     Θ' = K' + σ_w² Θ (π − φ) / 2π
//
// Cho and Saul, "Kernel methods for deep learning", NIPS 2009 (the arc-cosine kernels of order 0
// and 1); Jacot, Gabriel and Hongler, "Neural tangent kernel", NeurIPS 2018.
//
// The trap: arccos has no derivative at 1, where every picture meets itself, and Θ has none there
// either. So |c| is kept below kLargestCosine, beyond which the derivative is zero. On the diagonal
// that is the right derivative, since c is 1 wherever the picture moves; the price is that the
// diagonal of Θ comes out low by about a part in 7,000 per layer, more than the ridge of ridge.h
// adds.
//
// Cost: one product of (n × d) and (d × m), and about ten passes over n · m numbers per layer, as
// much memory as those leave for the gradient. Use float64: the matrices are nearly singular, and
// regression with them loses float32's seven digits.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>  // first: clang rejects libtorch 1.13 otherwise
#include <numbers>

namespace decant::distill {

using at::Tensor;

inline constexpr double kLargestCosine = 1 - 1e-7;

struct WideNet {
  int depth = 1;                                  ///< ReLU layers; 0 = the linear kernel
  double weight_deviation = std::numbers::sqrt2;  ///< σ_w; √2 keeps the size of what passes a ReLU
  double bias_deviation = 0.1;                    ///< σ_b
};

/// Pictures as the kernels read them.
struct KernelPoints {
  Tensor flat;    ///< (n, d)
  Tensor square;  ///< (n): |x|² / d
};

/// `images`: (n, …) of any floating type, whose type the kernels have too. Differentiable.
KernelPoints kernel_points(const Tensor& images);

struct WideKernels {
  Tensor nngp;  ///< K, (n, m)
  Tensor ntk;   ///< Θ, (n, m)
};

/// Of every point of `a` with every one of `b`. Differentiable in both.
WideKernels wide_kernels(const KernelPoints& a, const KernelPoints& b, const WideNet& net);

}  // namespace decant::distill
