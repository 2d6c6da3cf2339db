// CutMix: a box of each picture of a batch shows another picture of it, and the picture teaches
// both labels, by how much of it each shows. Values only; torch/cutmix_pictures.h makes it of
// pictures.
//
// Source: Yun et al., "CutMix", ICCV 2019 (arXiv:1905.04899), with α = 1, and the code published
// with it. The share λ of its own picture is uniform; the box has √(1 − λ) of each side, its centre
// is anywhere, and what hangs over the border is cut off, so what counts in the loss is the share
// that is left:
//
//     loss = λ' L(z, y) + (1 − λ') L(z, y of the partner),   λ' = 1 − area of the box / area
//
// One box and one order of partners serve a batch, as there.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/image.h"

namespace decant::train {

struct CutMixDraw {
  double own_share = 1;  ///< λ'; 1 = nothing is mixed
  int top = 0;           ///< lines top … bottom − 1 and columns left … right − 1 show the partner
  int bottom = 0;
  int left = 0;
  int right = 0;
  std::vector<int64_t> partners;  ///< of each picture of the batch, a permutation; empty where nothing is mixed
};

/// With `probability` a box, else none. REQUIRES: a batch of at least one.
CutMixDraw draw_cutmix(double probability, ImageSize size, int64_t batch, Random random);

}  // namespace decant::train
