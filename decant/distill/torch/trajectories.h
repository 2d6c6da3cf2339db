// Places on the ways of experts, as networks to start from, and where each expert was later.
#pragma once

#include <memory>

#include "decant/distill/torch/experts.h"
#include "decant/distill/torch/network_source.h"

namespace decant::distill {

/// Every step: an expert, and a checkpoint t of it up to `latest_start`, drawn evenly: the network.
/// Its target is the same expert at t + `span`. REQUIRES: latest_start + span ≤ checkpoints().
/// Throws what ExpertBuffer::parameters() throws.
std::unique_ptr<NetworkSource> expert_trajectories(ExpertBuffer experts, int64_t span, int64_t latest_start);

}  // namespace decant::distill
