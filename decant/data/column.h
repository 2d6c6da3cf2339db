// A value for each of n rows, in little memory where most rows share one: then that value and the
// exceptions to it are held, else all n of them. A selection of 20 million random rows so takes
// 80 MB, its order, where bins, pools and gains would take 240 MB more.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/counted_iterator.h"

namespace decant {

/// Reads like a const vector of n values. What it says never changes but by assignment. All const
/// members may be called from many threads at once. Cost of a value: O(1), or a binary search in
/// the exceptions.
template <class T>
class Column {
 public:
  using value_type = T;
  using const_iterator = CountedIterator<Column>;

  Column() = default;
  /// `count` times the value.
  Column(size_t count, T value) : common_(value), size_(count) {}
  /// The same, but `other` in some rows. REQUIRES: these ascending, distinct, below `count`.
  Column(size_t count, T value, std::span<const int64_t> rows, T other) : Column(count, value) {
    if (static_cast<size_t>(std::ssize(rows)) > count / kRows) {
      all_.assign(count, value);
      for (const int64_t row : rows) all_[static_cast<size_t>(row)] = other;
      return;
    }
    for (const int64_t row : rows) exceptions_.push_back({row, other});
  }
  /// These values. Linear; keeps the vector where they differ.
  Column(std::vector<T> values) : size_(values.size()) {  // NOLINT(google-explicit-constructor): a vector is one
    if (values.empty()) return;
    common_ = likely(values);
    const auto differ = static_cast<size_t>(std::ranges::count_if(values, [&](T value) { return !same(value, common_); }));
    if (differ > size_ / kRows) {
      all_ = std::move(values);
      return;
    }
    exceptions_.reserve(differ);
    for (size_t i = 0; i < size_; ++i) {
      if (!same(values[i], common_)) exceptions_.push_back({static_cast<int64_t>(i), values[i]});
    }
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T operator[](size_t i) const {
    if (!all_.empty()) return all_[i];
    if (exceptions_.empty()) return common_;
    const auto at = std::ranges::lower_bound(exceptions_, static_cast<int64_t>(i), {}, &Exception::row);
    return at != exceptions_.end() && at->row == static_cast<int64_t>(i) ? at->value : common_;
  }
  const_iterator begin() const { return {this, 0}; }
  const_iterator end() const { return {this, static_cast<ptrdiff_t>(size_)}; }
  std::vector<T> values() const { return std::vector<T>(begin(), end()); }
  /// By the bits: a NaN equals itself.
  bool operator==(const Column& other) const {
    return size_ == other.size_ && std::equal(begin(), end(), other.begin(), [](T a, T b) { return same(a, b); });
  }

 private:
  struct Exception {
    int64_t row;
    T value;
  };
  static constexpr size_t kRows = 32;  // one exception in so many rows takes half of what all values do

  static bool same(T a, T b) { return std::memcmp(&a, &b, sizeof(T)) == 0; }
  /// What more than half of the values are, if anything is (Boyer and Moore 1981).
  static T likely(std::span<const T> values) {
    T candidate = values.front();
    size_t lead = 0;
    for (const T value : values) {
      if (lead == 0) candidate = value;
      lead = same(value, candidate) ? lead + 1 : lead - 1;
    }
    return candidate;
  }

  T common_ = {};
  size_t size_ = 0;
  std::vector<Exception> exceptions_;  // ascending by row; none where all_ is used
  std::vector<T> all_;
};

}  // namespace decant
