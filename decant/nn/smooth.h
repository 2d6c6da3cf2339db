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

/// The smoothest surface whose dropped patches keep the means that `images` has there, in each
/// channel; of a dropped patch nothing else counts. `dropped` as above, of whole patches of `side`
/// pixels, which divides height and width.
///
/// Chebyshev's semi-iteration again, by steps of mean 0 in every patch. On those I − J has no
/// eigenvalue below that of a patch alone, (1 − cos(π / side)) / 2, wherever the patches lie; so
/// there are 10 sweeps for patches of 4 pixels, 38 for 16, after which a hundredth of the first
/// error is left. No gradients.
Tensor smooth_fill_with_means(const Tensor& images, const Tensor& dropped, int64_t side);

/// (batch, channels, height, width) less the mean of every patch.
Tensor without_patch_means(const Tensor& images, int64_t side);

}  // namespace decant::nn
