// Occlusion: how much less likely the class is when a cell is replaced by its mean colour, which is
// what dropping a cell leaves of it:
//     max(0, log p(y | x) − log p(y | x without the cell)).
// After Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, who
// slide a grey square. The cells are those of the map, cut to the pixels that the network sees.
//
// The slow truth, one cell at a time: side² + 1 forward passes per picture.
#pragma once

#include <span>

#include "decant/data/image.h"
#include "decant/patches/torch/subject.h"

namespace decant::patches {

/// `image`: (1, channels, n, n), the centre square of a picture of that size as the network sees
/// it; `label`: (1), −1 = the class that the network predicts. At most `batch` pictures at a time.
/// `out`: side² values; 0 outside the square.
void occlusion_map(Subject& subject, const Tensor& image, const Tensor& label, ImageSize picture, int side, int batch,
                   std::span<float> out);

}  // namespace decant::patches
