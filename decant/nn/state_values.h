// The values of a state as one list, for those who keep it, send it or take means of several.
#pragma once

#include <span>
#include <vector>

#include "decant/nn/module.h"

namespace decant::nn {

/// Every parameter, then every buffer, in the module's order, each row-major whatever its memory
/// format.
std::vector<float> values_of(const State& state);

/// Replaces the tensors of `state` by ones with these values. REQUIRES: as many as values_of()
/// gives of it (checked).
void set_values(State& state, std::span<const float> values);

}  // namespace decant::nn
