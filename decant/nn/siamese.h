// Differentiable Siamese augmentation of a batch: what data/siamese.h draws, made of pictures.
#pragma once

#include "decant/data/siamese.h"
#include "decant/nn/module.h"

namespace decant::nn {

/// `images` (batch, channels, height, width), float32 or float64, changed as drawn; as part of
/// their graph, differentiable as often as wanted. Every operation is linear in the images but for
/// what brightness adds. REQUIRES: the draw is for pictures of that height and width, and for one
/// picture or as many as the batch has.
///
/// Scale and rotate are what affine_grid and grid_sample compute (bilinear, zeros outside,
/// align_corners = false), whose gradient libtorch cannot differentiate again; here they are four
/// weighted reads of each pixel. Cost: a pass or two over the images per operation, eight for those
/// two.
Tensor apply(const SiameseDraw& draw, const Tensor& images);

}  // namespace decant::nn
