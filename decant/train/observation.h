// What one output of a network says about one row: the numbers of data/dynamics.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "decant/data/dynamics.h"

namespace decant::train {

using Observation = std::array<double, kDynamicCount>;  ///< in the order of Dynamic

/// `logits`: at least two, finite; `label`: one of them; `embedding_norm`: ‖e‖₂. Computed in
/// float64, the softmax shifted by the largest logit, so nothing overflows; the loss stays finite
/// where p_y underflows.
Observation observe(std::span<const float> logits, int64_t label, double embedding_norm);

}  // namespace decant::train
