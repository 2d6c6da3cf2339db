// Attention rollout: which patches of a vision transformer's input reach its output.
//
// Abnar and Zuidema, "Quantifying attention flow in transformers", ACL 2020. Each block mixes the
// tokens by its attention W (the mean over heads) and passes them on as they are beside it, half
// and half:
//     Ã = (W + I) / 2,     R = Ã_last ⋯ Ã_2 Ã_1
// Row i of R says of which patches token i is made at the end; rows sum to 1. Networks of decant's
// have no class token, the mean of all tokens is classified, so patch j counts the mean of column j
// of R.
//
// No label, no gradient: all classes get the same map. Cost: a forward pass, and one product of
// tokens × tokens matrices per block.
#pragma once

#include <vector>

#include "decant/patches/torch/subject.h"

namespace decant::patches {

/// (batch, tokens), sums to 1. `attention`: of every block, the first one first. REQUIRES: one
/// block at least.
Tensor rolled_out(const std::vector<nn::Taps::Tap>& attention);

/// (batch, height, width). Throws InputError for a network without attention.
Tensor rollout_map(Subject& subject, const Tensor& images);

}  // namespace decant::patches
