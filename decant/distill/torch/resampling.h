// Parts of pictures at another size, as part of their graph, and the parts that random resized
// crops take.
#pragma once

#include "decant/base/random.h"
#include "decant/nn/module.h"

namespace decant::distill {

using at::Tensor;

struct CropBox {
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
  friend bool operator==(const CropBox&, const CropBox&) = default;
};

/// The box of (n, channels, h, w) at (height, width): bilinear where it is enlarged, a triangle
/// filter as wide as the new pixels where it shrinks, as Pillow and torchvision with antialias have
/// it. Two products, R · box · Qᵀ, whose gradients repeat on every device; each pixel is a mean of
/// pixels of the box with weights that sum to 1, so pictures stay in their range. A box that has
/// the size already is taken as it is.
Tensor resampled(const Tensor& pictures, const CropBox& box, int64_t height, int64_t width);
/// All of the pictures.
Tensor resampled(const Tensor& pictures, int64_t height, int64_t width);

/// Which parts crops are: an area from `least` to 1 of the picture, of width by height from
/// 1/`ratio` to `ratio`, both drawn evenly (the second by its logarithm).
struct CropShares {
  double least = 0.08;
  double ratio = 4.0 / 3;
};

/// As torchvision's RandomResizedCrop draws: ten tries at a box that fits, then the centre.
CropBox drawn_crop(int64_t height, int64_t width, const CropShares& shares, Random& random);

}  // namespace decant::distill
