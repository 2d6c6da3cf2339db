// Rows that every rank has a copy of, for as long as they may be picked: those that the ranks'
// windows have in common.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/comm/comm.h"

namespace decant {

class ReplicatedRows {
 public:
  /// `rows`: ascending, the same on every rank, which all have them afterwards; earlier copies are
  /// dropped. Of those that are new, each rank hands over its own, as width floats and a norm a
  /// row: `own_part(rows)` are its own of some, `read(row, values)` writes an own row and returns
  /// its norm. Collective.
  template <class OwnPart, class Read>
  void exchange(std::span<const int32_t> rows, int64_t width, Comm& ranks, OwnPart&& own_part, Read&& read) {
    width_ = static_cast<size_t>(width);
    std::vector<int32_t> arriving;
    std::set_difference(rows.begin(), rows.end(), rows_.begin(), rows_.end(), std::back_inserter(arriving));
    const std::span<const int32_t> own = own_part(std::span<const int32_t>(arriving));
    std::vector<float> values(own.size() * width_);
    std::vector<double> norms(own.size());
    for (size_t i = 0; i < own.size(); ++i) norms[i] = read(own[i], std::span(values).subspan(i * width_, width_));
    values = gather_all(ranks, std::span<const float>(values));
    norms = gather_all(ranks, std::span<const double>(norms));
    DECANT_CHECK(norms.size(), ==, arriving.size());
    merge(rows, arriving, values, norms);
  }

  bool has(int32_t row) const { return std::binary_search(rows_.begin(), rows_.end(), row); }
  /// REQUIRES: has(row).
  std::span<const float> values(int32_t row) const { return std::span(values_).subspan(at(row) * width_, width_); }
  double norm(int32_t row) const { return norms_[at(row)]; }

 private:
  void merge(std::span<const int32_t> rows, std::span<const int32_t> arriving, std::span<const float> values,
             std::span<const double> norms) {
    std::vector<float> all(rows.size() * width_);
    std::vector<double> all_norms(rows.size());
    size_t next = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool arrives = next < arriving.size() && arriving[next] == rows[i];
      const auto from = arrives ? values.subspan(next * width_, width_) : this->values(rows[i]);
      std::copy(from.begin(), from.end(), all.begin() + static_cast<std::ptrdiff_t>(i * width_));
      all_norms[i] = arrives ? norms[next] : norm(rows[i]);
      if (arrives) ++next;
    }
    rows_.assign(rows.begin(), rows.end());
    values_ = std::move(all);
    norms_ = std::move(all_norms);
  }
  size_t at(int32_t row) const { return static_cast<size_t>(std::lower_bound(rows_.begin(), rows_.end(), row) - rows_.begin()); }

  std::vector<int32_t> rows_;
  std::vector<float> values_;
  std::vector<double> norms_;
  size_t width_ = 0;
};

}  // namespace decant
