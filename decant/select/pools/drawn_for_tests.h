// Rows drawn for the tests of selection. Only *_test.cc include it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/features.h"

namespace decant {

/// Normal numbers around 0.5.
inline Features noise(int64_t count, int64_t width, uint64_t seed = 1) {
  Random random(seed, "noise");
  auto owner = std::make_shared<std::vector<float>>();
  for (int64_t i = 0; i < count * width; ++i) owner->push_back(static_cast<float>(0.5 + random.normal()));
  return {MatrixView<const float>(owner->data(), count, width), owner};
}

/// 0, 1, … classes−1, 0, 1, …
inline std::vector<int32_t> cyclic_labels(int64_t count, int32_t classes) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < count; ++i) labels.push_back(static_cast<int32_t>(i % classes));
  return labels;
}

}  // namespace decant
