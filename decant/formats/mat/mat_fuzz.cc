// The bytes after the header of a MAT-file: arrays have as much data as their shapes say.
#include <cstdlib>
#include <string>

#include "decant/base/errors.h"
#include "decant/formats/element_type.h"
#include "decant/formats/mat/mat.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string file = "MATLAB 5.0";
  file.resize(124, ' ');
  file += std::string("\0\1IM", 4);
  file.append(reinterpret_cast<const char*>(data), size);
  try {
    for (const decant::MatArray& array : decant::parse_mat(decant::as_bytes(file), "fuzz")) {
      const auto count = decant::byte_count(1, array.shape);
      const auto held = array.is_bytes ? std::ssize(array.data) : std::ssize(array.numbers);
      if (!count || *count != held) std::abort();
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
