// What a classifier sees at several scales, for heads that say something of every place.
#pragma once

#include "decant/nn/network.h"

namespace decant::nn {

/// The classifiers that have levels().
std::vector<std::string> backbone_names();

/// One tensor (batch, channels, height, width) for each of the classifier's levels(), a side of a
/// level being that of the pictures over its stride, rounded up. `pass`: of the classifier; its
/// last linear map may be undefined. What runs behind the last level is computed and let go of.
/// REQUIRES: it has levels.
Tensors level_maps(const Classifier& backbone, const Pass& pass, const Tensor& images);

}  // namespace decant::nn
