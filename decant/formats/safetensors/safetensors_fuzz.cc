// Any bytes: tensors that cover the data exactly, or an InputError. A second reading takes the
// input as the header's text alone, with the right length before it and room after it, so that the
// JSON is reached without guessing eight bytes.
#include <cstdlib>
#include <cstring>

#include "decant/base/errors.h"
#include "decant/formats/safetensors/safetensors.h"

namespace {

void read(decant::Bytes file) {
  try {
    const decant::SafeTensors all = decant::parse_safetensors(file, "fuzz");
    unsigned sum = 0;
    for (const decant::SafeTensor& tensor : all.tensors) {
      for (const std::byte b : tensor.data) sum += std::to_integer<unsigned>(b);
      if (all.find(tensor.name) != &tensor || sum == ~0u) std::abort();
    }
  } catch (const decant::InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read(std::as_bytes(std::span(data, size)));
  if (size == 0) return 0;
  const uint64_t length = size - 1;
  std::vector<std::byte> file(8 + length + data[0]);
  std::memcpy(file.data(), &length, 8);
  if (length > 0) std::memcpy(file.data() + 8, data + 1, length);
  read(file);
  return 0;
}
