// Any bytes: labels of which every view is finite with a largest of 0, or an InputError.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/soft_labels/view_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto labels = decant::parse_view_labels(std::as_bytes(std::span(data, size)), "fuzz");
    std::vector<float> logits(static_cast<size_t>(labels->classes()));
    for (int64_t row = 0; row < labels->header().rows; ++row) {
      for (int64_t view = 0; view < labels->recipe().views; ++view) {
        labels->logits(row, view, logits);
        if (!std::ranges::all_of(logits, [](float value) { return std::isfinite(value) && value <= 0; })) std::abort();
      }
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
