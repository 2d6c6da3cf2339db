// A distillation on disk, to go on from: what follows is what would have followed without the
// break, to the byte.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "decant/distill/torch/synthetic.h"

namespace decant::distill {

struct Checkpoint {
  int64_t steps = 0;         ///< done
  int64_t of = 0;            ///< steps of the whole run
  int64_t milliseconds = 0;  ///< that they took, in all calls
  Tensors learnt;            ///< as Synthetic::learnt()
  Tensors memory;            ///< what the optimizers remember
  Tensors networks;          ///< NetworkSource::memory()
  Tensors stages;            ///< pictures half-way, once they are behind
  Tensors turns;             ///< where S is learnt in turns (turns.h): all of it, and the group as its turn began
  std::vector<float> losses;
};

/// `identity`: a text that names everything that decides the pictures. Never half a file.
void save_checkpoint(const Checkpoint& checkpoint, const std::string& identity, const std::filesystem::path& file);

/// Nothing when there is no such file. Throws InputError for another identity and for a file that
/// makes no sense.
std::optional<Checkpoint> load_checkpoint(const std::string& identity, const std::filesystem::path& file);

/// Throws InputError unless both have as many tensors of the same shapes and types.
void require_alike(const Tensors& loaded, const Tensors& own);

}  // namespace decant::distill
