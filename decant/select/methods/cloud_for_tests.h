// Small features that the tests of the methods draw for themselves. Only *_test.cc include it.
#pragma once

#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/features.h"

namespace decant::clouds {

inline Features of_values(int64_t width, std::vector<float> values) {
  auto owner = std::make_shared<std::vector<float>>(std::move(values));
  return {MatrixView<const float>(owner->data(), static_cast<int64_t>(owner->size()) / width, width), owner};
}

/// Normal values about `mean`.
inline Features drawn(int64_t count, int64_t width, uint64_t seed, double mean = 0, double spread = 1) {
  Random random(seed, "cloud");
  std::vector<float> values(static_cast<size_t>(count * width));
  for (float& value : values) value = static_cast<float>(mean + spread * random.normal());
  return of_values(width, std::move(values));
}

/// Whole numbers from 0 to `levels` − 1: many equal distances, and equal rows.
inline Features of_whole_numbers(int64_t count, int64_t width, uint64_t levels, uint64_t seed) {
  Random random(seed, "whole cloud");
  std::vector<float> values(static_cast<size_t>(count * width));
  for (float& value : values) value = static_cast<float>(random.below(levels));
  return of_values(width, std::move(values));
}

/// Row i is row from[i] of the other.
inline Features taken(const Features& features, const std::vector<int64_t>& from) {
  std::vector<float> values;
  std::vector<float> scratch;
  for (const int64_t row : from) {
    const auto x = features.row(row, scratch);
    values.insert(values.end(), x.begin(), x.end());
  }
  return of_values(features.width(), std::move(values));
}

/// 0 … count − 1.
inline std::vector<int64_t> rows_to(int64_t count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

}  // namespace decant::clouds
