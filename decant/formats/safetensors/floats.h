// Tensors of a safetensors file as float32.
#pragma once

#include <span>
#include <string>

#include "decant/formats/safetensors/safetensors.h"

namespace decant {

/// "(30522, 384)"
std::string shape_text(std::span<const int64_t> shape);

/// The tensor of that name. Throws InputError naming file and tensor where there is none; `remedy`
/// is what to do then.
const SafeTensor& require_tensor(const SafeTensors& file, const std::string& name, const std::string& path, const std::string& remedy);

/// Copies the values of an F32, F16, BF16, F64 or I8 tensor. Throws InputError naming `path` and
/// tensor for another type and for a value that is not finite in float32. REQUIRES: as many values
/// as the tensor has.
void copy_floats(const SafeTensor& tensor, const std::string& path, std::span<float> out);

}  // namespace decant
