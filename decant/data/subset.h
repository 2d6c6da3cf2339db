// Some rows of a split, ascending and distinct: those kept, trained on or excluded.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "decant/base/errors.h"

namespace decant {

/// Reads like a const vector of row numbers, and passes as a span of them.
class Subset {
 public:
  using value_type = int64_t;
  using const_iterator = std::vector<int64_t>::const_iterator;

  Subset() = default;
  /// REQUIRES: ascending, distinct (checked).
  explicit Subset(std::vector<int64_t> rows) : rows_(std::move(rows)) {
    DECANT_CHECK(std::ranges::adjacent_find(rows_, std::ranges::greater_equal()) == rows_.end(), ==, true);
  }
  Subset(std::initializer_list<int64_t> rows) : Subset(std::vector<int64_t>(rows)) {}

  /// 0 … count−1.
  static Subset all(int64_t count) {
    std::vector<int64_t> rows(static_cast<size_t>(count));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    return Subset(std::move(rows));
  }

  Subset without(const Subset& taken) const& { return Subset(*this).without(taken); }
  Subset without(const Subset& taken) && {
    auto next = taken.begin();
    std::erase_if(rows_, [&](int64_t row) {
      while (next != taken.end() && *next < row) ++next;
      return next != taken.end() && *next == row;
    });
    return std::move(*this);
  }
  Subset united(const Subset& other) const {
    std::vector<int64_t> both;
    std::ranges::set_union(rows_, other.rows_, std::back_inserter(both));
    return Subset(std::move(both));
  }
  bool contains(int64_t row) const { return std::ranges::binary_search(rows_, row); }

  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  int64_t operator[](size_t i) const { return rows_[i]; }
  int64_t front() const { return rows_.front(); }
  int64_t back() const { return rows_.back(); }
  const_iterator begin() const { return rows_.begin(); }
  const_iterator end() const { return rows_.end(); }
  const int64_t* data() const { return rows_.data(); }
  const std::vector<int64_t>& rows() const { return rows_; }
  auto operator<=>(const Subset&) const = default;
  bool operator==(const Subset&) const = default;
  bool operator==(const std::vector<int64_t>& other) const { return rows_ == other; }

 private:
  std::vector<int64_t> rows_;
};

/// At most `most` of the rows, evenly spaced. REQUIRES: ascending, distinct.
inline Subset some_of(std::span<const int64_t> rows, size_t most) {
  const size_t count = std::min(rows.size(), most);
  std::vector<int64_t> some;
  for (size_t i = 0; i < count; ++i) some.push_back(rows[i * rows.size() / count]);
  return Subset(std::move(some));
}

}  // namespace decant
