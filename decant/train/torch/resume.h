// A training on disk, to go on from: weights, running statistics and what the optimizer remembers,
// as one safetensors file. What follows from it is what would have followed without the break, to
// the byte.
#pragma once

#include <filesystem>
#include <string>

#include "decant/train/torch/training.h"

namespace decant::train {

/// `steps`: updates done; `identity`: a text that names everything that decides the training. Never
/// half a file.
void save_training(const Training& training, int64_t steps, const std::string& identity, const std::filesystem::path& file);

/// Takes the training to where `file` says it was, and returns the updates done: 0, and nothing is
/// touched, when there is no such file. Throws InputError for another identity, and for tensors
/// that do not fit.
int64_t load_training(Training& training, const std::string& identity, const std::filesystem::path& file);

}  // namespace decant::train
