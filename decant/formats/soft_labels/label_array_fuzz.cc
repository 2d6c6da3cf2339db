// Any bytes: as many finite numbers as rows and classes ask for, or an InputError.
#include <cmath>
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/soft_labels/label_array.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto values = decant::parse_soft_labels(std::as_bytes(std::span(data, size)), 3, 2, "fuzz");
    if (values.size() != 6) std::abort();
    for (const float value : values) {
      if (!std::isfinite(value)) std::abort();
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
