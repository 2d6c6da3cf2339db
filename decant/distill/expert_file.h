// Expert networks on disk: where a network that was trained on real rows was, at one place of its
// way. Free of libtorch.
//
// A safetensors file holds the parameters by name, as float16, and says in its metadata whose they
// are: "experts", the identity of everything that decides them, "expert" and "checkpoint", their
// numbers, and "digest", of the tensors' bytes. Two bytes a weight, and a header of some 100 bytes
// a tensor.
//
// float16 keeps eleven bits: a weight is off by at most 2⁻¹¹ of itself, which is a hundredth of
// what the weights of a small network move by within an epoch. Trajectory matching looks at
// differences of that kind, so checkpoints must not lie closer than some tens of updates.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "decant/base/file.h"

namespace decant::distill {

/// A tensor that is stored: row-major.
struct ExpertTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// Whose parameters a file holds.
struct ExpertPlace {
  std::string identity;
  int64_t expert = 0;
  int64_t checkpoint = 0;
};

/// Writes through FileWriter. Throws InputError for a value that is not finite as float16: the
/// training has diverged.
void write_expert(const std::filesystem::path& path, std::span<const ExpertTensor> tensors, const ExpertPlace& place);

/// The tensors that `expected` names, of the shapes it says, in its order; its values are ignored.
/// Throws InputError: no such file, not a safetensors file, of another place, a tensor missing, one
/// too many, of another shape or type, values that are not finite or not those that were written.
std::vector<ExpertTensor> read_expert(const std::filesystem::path& path, std::span<const ExpertTensor> expected, const ExpertPlace& place);

/// The same of a whole file in memory; `name` is for messages.
std::vector<ExpertTensor> parse_expert(Bytes file, const std::string& name, std::span<const ExpertTensor> expected,
                                       const ExpertPlace& place);

}  // namespace decant::distill
