// Pictures moved against a network as far as they may be: A. Madry, A. Makelov, L. Schmidt, D.
// Tsipras and A. Vladu, "Towards deep learning models resistant to adversarial attacks", ICLR 2018,
// arXiv:1706.06083, without their random start.
//
//     x ← x + step · sign ∂loss/∂x, then back within ε of the picture and into the range of pixels
//
// ten times, ε and step 2/255: what benchmarks of distilled sets take (DD-RobustBench).
#pragma once

#include <functional>

#include "decant/nn/network.h"
#include "decant/nn/normalisation.h"
#include "decant/train/torch/task.h"

namespace decant::train {

/// How far and how often, in units of what is moved; tensors that broadcast over it.
struct Reach {
  at::Tensor step;
  at::Tensor most;  ///< ε
  at::Tensor low;   ///< of a value
  at::Tensor high;
  int steps = 10;
};

/// `pictures` moved up the slope of `loss`, one value of them. They are only read.
at::Tensor attacked(const at::Tensor& pictures, const std::function<at::Tensor(const at::Tensor&)>& loss, const Reach& reach);

/// Top-1 on attacked pictures: ten passes forward and backward a batch, and one forward. `scaled`:
/// by what pictures were normalised.
std::unique_ptr<Meter> attacked_top_1(const nn::Classifier& network, c10::Device device, const nn::PixelStatistics& scaled);

}  // namespace decant::train
