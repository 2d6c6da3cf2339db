// Any bytes: an array whose parts all lie inside them, or an InputError.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/npy/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  try {
    const decant::NpyArray array = decant::parse_npy(file, "fuzz");
    unsigned sum = 0;
    for (const std::byte b : array.data) sum += std::to_integer<unsigned>(b);
    const auto bytes = decant::byte_count(decant::size_of(array.type), array.shape);
    if (!bytes || *bytes != static_cast<int64_t>(array.data.size()) || sum == ~0u) std::abort();
    // What we write is what we read.
    const std::string again = decant::npy_header(array.type, array.shape) + std::string(decant::as_text(array.data));
    const decant::NpyArray copy = decant::parse_npy(decant::as_bytes(again), "again");
    if (copy.type != array.type || copy.shape != array.shape) std::abort();
  } catch (const decant::InputError&) {
  }
  return 0;
}
