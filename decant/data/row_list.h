// A list of row numbers in any order: 4 bytes each while all are below 2³², which is as good as
// always, else 8.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/counted_iterator.h"

namespace decant {

/// Reads like a const vector of row numbers, to which more can be added.
class RowList {
 public:
  using value_type = int64_t;
  using const_iterator = CountedIterator<RowList>;

  RowList() = default;
  RowList(std::initializer_list<int64_t> rows) : RowList(std::span(rows.begin(), rows.size())) {}
  explicit RowList(std::span<const int64_t> rows) { append(rows); }
  RowList(const std::vector<int64_t>& rows) : RowList(std::span(rows)) {}  // NOLINT(google-explicit-constructor): it is such a list

  size_t size() const { return narrow_.size() + wide_.size(); }
  bool empty() const { return size() == 0; }
  int64_t operator[](size_t i) const { return wide_.empty() ? int64_t{narrow_[i]} : wide_[i]; }
  int64_t front() const { return (*this)[0]; }
  int64_t back() const { return (*this)[size() - 1]; }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, static_cast<ptrdiff_t>(size())}; }
  std::vector<int64_t> values() const { return {begin(), end()}; }
  bool operator==(const RowList& other) const { return size() == other.size() && std::equal(begin(), end(), other.begin()); }

  /// REQUIRES: row ≥ 0 (checked).
  void push_back(int64_t row) {
    DECANT_CHECK(row, >=, int64_t{0});
    if (wide_.empty() && row > int64_t{std::numeric_limits<uint32_t>::max()}) widen();
    if (wide_.empty())
      narrow_.push_back(static_cast<uint32_t>(row));
    else
      wide_.push_back(row);
  }
  void append(std::span<const int64_t> rows) {
    if (empty()) narrow_.reserve(rows.size());
    for (const int64_t row : rows) push_back(row);
  }
  void reserve(size_t count) { wide_.empty() ? narrow_.reserve(count) : wide_.reserve(count); }

 private:
  void widen() {
    wide_.reserve(narrow_.capacity() + 1);
    wide_.assign(narrow_.begin(), narrow_.end());
    narrow_ = {};
  }

  std::vector<uint32_t> narrow_;
  std::vector<int64_t> wide_;  // in use when not empty; then narrow_ is empty
};

}  // namespace decant
