// Weights in and out, as safetensors: names as in the TensorSpec, float32.
#pragma once

#include <filesystem>

#include "decant/nn/network.h"

namespace decant::nn {

/// Throws InputError naming file and tensor: one missing, of another shape, not float32. Tensors that the network does not ask for are
/// an error too, unless they are "num_batches_tracked".
State load_weights(const Network& network, const std::filesystem::path& file);

/// Writes through FileWriter: never half a file.
void save_weights(const Network& network, const State& state, const std::filesystem::path& file);

}  // namespace decant::nn
