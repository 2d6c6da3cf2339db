// Rows that every rank has a copy of, for as long as they may be picked: those that the ranks' windows have in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/comm/comm.h"

namespace decant {

class GuestRows {
 public:
  /// `rows`: ascending, the same on every rank. Each hands over its own of them, as width floats and a norm a row, and has all of them
  /// afterwards; earlier guests leave. `read(row, values)` writes an own row and returns its norm. Collective.
  template <class Read>
  void exchange(std::span<const int32_t> rows, std::span<const int32_t> own, int64_t width, Comm& ranks, Read&& read) {
    width_ = static_cast<size_t>(width);
    std::vector<float> values(own.size() * width_);
    std::vector<double> norms(own.size());
    for (size_t i = 0; i < own.size(); ++i) norms[i] = read(own[i], std::span(values).subspan(i * width_, width_));
    rows_.assign(rows.begin(), rows.end());
    values_ = gather_all(ranks, std::span<const float>(values));
    norms_ = gather_all(ranks, std::span<const double>(norms));
    DECANT_CHECK(norms_.size(), ==, rows_.size());
  }

  bool has(int32_t row) const { return std::binary_search(rows_.begin(), rows_.end(), row); }
  /// REQUIRES: has(row).
  std::span<const float> values(int32_t row) const { return std::span(values_).subspan(at(row) * width_, width_); }
  double norm(int32_t row) const { return norms_[at(row)]; }

 private:
  size_t at(int32_t row) const { return static_cast<size_t>(std::lower_bound(rows_.begin(), rows_.end(), row) - rows_.begin()); }

  std::vector<int32_t> rows_;
  std::vector<float> values_;
  std::vector<double> norms_;
  size_t width_ = 0;
};

}  // namespace decant
