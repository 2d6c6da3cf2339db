// Grad-CAM and Grad-CAM++: which places of a layer's maps speak for a class.
//
// A layer gives maps Aₖ (h × w each), and the network a score S for the class, before the softmax;
// gₖ = ∂S/∂Aₖ. Both methods weigh the maps and keep what is positive, L = max(0, Σₖ wₖ Aₖ):
//
//   Grad-CAM      wₖ = mean of gₖ over places
//                 Selvaraju et al., "Grad-CAM: visual explanations from deep networks via
//                 gradient-based localization", ICCV 2017
//   Grad-CAM++    wₖ = Σ αₖ max(0, gₖ) over places,   αₖ = gₖ² / (2 gₖ² + gₖ³ Σ Aₖ)
//                 Chattopadhay et al., "Grad-CAM++: generalized gradient-based visual explanations
//                 for deep convolutional networks", WACV 2018, equations 10 to 19
//
// Grad-CAM++ takes Y = exp(S) for the score, so that its second and third derivatives with respect
// to a place are exp(S) g² and exp(S) g³ (the network is piecewise linear in A), and the first in w
// is exp(S) g. The factor exp(S) is one per picture and goes when the map is scaled, so it is left
// out, as the usual implementations do. αₖ is 0 where gₖ is.
//
// The trap is the size of the powers: g is 10⁻⁸ and less where a network is sure of its answer, and
// g³ is 0 in float32 then. Cancelled, α = 1 / (2 + g Σ A), which has no such trouble.
//
// Cost. The gradient is needed at one layer only, so the graph begins there (nn::Taps::graph_from):
// a forward pass without a graph, and what comes after the layer forwards and backwards, which for
// the last layer of a ResNet is a mean and a linear map.
#pragma once

#include <string>

#include "decant/patches/torch/subject.h"

namespace decant::patches {

/// The smallest side of maps that say something of where.
inline constexpr int64_t kSmallestMaps = 4;

/// A layer that leaves maps. Those of a transformer are its tokens on the grid of their patches.
struct CamLayer {
  std::string name;
  int64_t height = 0;
  int64_t width = 0;
};

/// The layer that `asked` names; empty = the last one whose maps are at least kSmallestMaps each
/// way. Runs the network once. Throws InputError, which lists them, when there is no such layer.
CamLayer cam_layer(Subject& subject, const std::string& asked);

struct LayerView {
  Tensor maps;      ///< (batch, channels, height, width)
  Tensor gradient;  ///< of the scores of the classes, likewise
};

/// `labels`: (batch), int64; −1 = the class that the network predicts.
LayerView look_at(Subject& subject, const CamLayer& layer, const Tensor& images, const Tensor& labels);

/// (batch, height, width), ≥ 0, on any scale.
Tensor gradcam_map(const LayerView& view);
Tensor gradcam_plus_plus_map(const LayerView& view);

}  // namespace decant::patches
