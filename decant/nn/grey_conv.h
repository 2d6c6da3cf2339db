// The first convolution of a network on pictures of one channel, as one matrix product.
//
// oneDNN has no kernel for one channel in channels-last and takes a way that is 5 to 20 times as
// long as the arithmetic: of a ConvNet's training step on MNIST it was more than all the rest. The
// product is of every place's neighbourhood (places, kernel²) and the weights (kernel², out).
#pragma once

#include "decant/nn/module.h"

namespace decant::nn {

/// Whether grey_conv() takes such maps: one channel, on the CPU, float32 or float64, of which
/// nobody asks for a gradient.
bool takes_grey_conv(const Tensor& maps);

/// As at::conv2d with stride 1, up to rounding: (pictures, out, height + 2·padding − kernel + 1, …)
/// in channels-last, part of the graph of `weight` (out, 1, kernel, kernel) and `bias` (out), which
/// may be undefined, but for a second derivative, which it does not have. Keeps kernel² numbers for
/// every place. REQUIRES: takes_grey_conv().
Tensor grey_conv(const Tensor& maps, const Tensor& weight, const Tensor& bias, int64_t padding);

}  // namespace decant::nn
