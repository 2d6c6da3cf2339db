// Small features of the methods' tests. Only *_test.cc include it.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "decant/base/matrix.h"
#include "decant/base/random.h"
#include "decant/data/features.h"

namespace decant {

class DrawnRows {
 public:
  /// Normal numbers, around some centres if there are any.
  DrawnRows(int64_t count, int64_t width, uint64_t seed, int64_t centres = 0) : values_(count, width) {
    Random random(seed, "drawn rows");
    Matrix<float> around(std::max<int64_t>(1, centres), width);
    for (int64_t k = 0; centres > 0 && k < centres * width; ++k) around.data()[k] = static_cast<float>(2 * random.normal());
    for (int64_t i = 0; i < count; ++i) {
      const auto centre = around[static_cast<int64_t>(random.below(static_cast<uint64_t>(around.rows())))];
      for (size_t k = 0; k < centre.size(); ++k) row(i)[k] = centre[k] + static_cast<float>(random.normal());
    }
  }

  Features features() const { return {values_.view(), nullptr}; }
  int64_t count() const { return values_.rows(); }
  std::span<float> row(int64_t i) { return values_[i]; }
  std::span<const float> row(int64_t i) const { return values_[i]; }
  void copy(int64_t from, int64_t to) { std::ranges::copy(row(from), row(to).begin()); }
  void clear(int64_t i) { std::ranges::fill(row(i), 0.0F); }

  std::vector<int64_t> all() const {
    std::vector<int64_t> rows(static_cast<size_t>(count()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    return rows;
  }

  /// The same rows in another order: row i is from[i].
  DrawnRows moved(std::span<const int64_t> from) const {
    DrawnRows other = *this;
    for (int64_t i = 0; i < count(); ++i) std::ranges::copy(row(from[static_cast<size_t>(i)]), other.row(i).begin());
    return other;
  }

 private:
  Matrix<float> values_;
};

}  // namespace decant
