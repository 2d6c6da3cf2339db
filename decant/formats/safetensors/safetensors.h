// safetensors: named arrays in one file. Eight bytes give the length of a JSON header, the header
// gives each tensor's type, shape and place, and the rest is the tensors
// (docs/formats/safetensors.md has a worked example; format: github.com/huggingface/safetensors).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/element_type.h"

namespace decant {

/// "F32", "BF16", "BOOL"…
const char* safetensors_name(ElementType type);

/// One tensor, row-major, little-endian. `data` need not be aligned for its elements: copy out of
/// it.
struct SafeTensor {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  Bytes data;
};

struct SafeTensors {
  std::vector<SafeTensor> tensors;  ///< ascending by name
  std::map<std::string, std::string> metadata;
  std::shared_ptr<const void> owner;  ///< of the bytes, when open_safetensors() made this

  /// Null when there is none of that name. O(log n).
  const SafeTensor* find(std::string_view name) const;
};

/// Longest header read, as in the reference implementation.
constexpr int64_t kLargestSafetensorsHeader = 100'000'000;

/// Checks and describes a whole file in memory; `name` is for messages. Throws InputError: a header
/// that is no JSON of the format, a name twice, an unknown type, a shape that does not fill its
/// place, tensors that overlap, and bytes that belong to no tensor (the format allows no holes).
SafeTensors parse_safetensors(Bytes file, const std::string& name);

/// The same for a mapped file. Cost: the header; the tensors are not touched.
SafeTensors open_safetensors(const std::filesystem::path& path);

/// Writes through FileWriter. Tensors are laid out by element size, largest first, then by name, so
/// that each is aligned; the same tensors give the same bytes in whatever order they come.
/// REQUIRES: distinct names, none "__metadata__"; data as long as shape and type say.
void write_safetensors(const std::filesystem::path& path, std::span<const SafeTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace decant
