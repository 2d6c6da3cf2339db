// The first byte chooses pictures, labels or QMNIST's labels; the rest is the file.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/element_type.h"
#include "decant/formats/idx/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto file = std::as_bytes(std::span(data + 1, size - 1));
  const bool numbers = data[0] % 3 == 2;
  const auto element = numbers ? decant::IdxElement::i32 : decant::IdxElement::u8;
  try {
    const decant::IdxArray array = decant::parse_idx(file, data[0] % 3 == 1 ? 3 : numbers ? 2 : 1, "fuzz", element);
    unsigned sum = 0;
    for (const std::byte b : array.data) sum += std::to_integer<unsigned>(b);
    const auto bytes = decant::byte_count(decant::size_of(element), array.shape);
    if (!bytes || *bytes != static_cast<int64_t>(array.data.size()) || sum == ~0u) std::abort();
  } catch (const decant::InputError&) {
  }
  return 0;
}
