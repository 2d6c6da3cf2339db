// Harmonic in-painting of a batch: the smoothest surface through the pixels that are kept. What a
// network that fills in pictures starts from, if it is asked to (models/mae.cc).
#pragma once

#include "decant/nn/module.h"

namespace decant::nn {

/// `images` (batch, channels, height, width) with every dropped pixel close to the mean of its
/// neighbours, of which there are four, fewer at the border; kept ones as they are. `dropped`: bool
/// (batch, 1, height, width). Values of dropped pixels count for nothing; where a picture keeps no
/// pixel, all are 0.
///
/// The equations x = J·x are solved by Chebyshev's semi-iteration (Golub and Van Loan, Matrix
/// Computations, 4th ed., 11.2.8), from the mean of the kept pixels on, in 32 sweeps. In holes up
/// to 15 pixels wide they leave a few thousandths of the pixels' deviation; much wider ones stay
/// nearer to that mean. Cost: 32 · 7 passes over the pictures; no gradients.
Tensor smooth_fill(const Tensor& images, const Tensor& dropped);

}  // namespace decant::nn
