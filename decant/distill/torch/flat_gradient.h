// A gradient that leads to flat places: sharpness-aware minimisation with the surrogate gap.
//
//     g = ∇f(θ)      e = ρ T² g / ‖T g‖      h = ∇f(θ + e)
//     result = h − α (g − ⟨g, h⟩/‖h‖² h)
//
// T = |θ|, element by element, is what makes it adaptive: the neighbourhood is as wide in every
// weight as the weight is large (J. Kwon et al., "ASAM", ICML 2021); else T = 1 (P. Foret et al.,
// "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021). The second
// term is the part of g at right angles to h, climbed so that the gap between f(θ + e) and f(θ)
// closes (J. Zhuang et al., "Surrogate gap minimization improves sharpness-aware training", ICLR
// 2022).
#pragma once

#include <functional>
#include <span>

#include "decant/nn/module.h"

namespace decant::distill {

struct Flatness {
  double radius = 0;     ///< ρ; 0 = the gradient itself
  double gap = 0.4;      ///< α
  bool adaptive = true;  ///< T = |θ|
};

/// `gradient`: ∇f, without a graph. Cost: two of it; one where the radius is 0.
nn::Tensors flat_gradient(const std::function<nn::Tensors(const nn::Tensors& parameters)>& gradient, const nn::Tensors& parameters,
                          const Flatness& flatness);

}  // namespace decant::distill
