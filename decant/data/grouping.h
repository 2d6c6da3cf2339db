// Which rows belong together: the classes, or the pools that a file or k-means makes. Rows are
// chosen from each group by itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace decant {

constexpr int32_t kNoGroup = -1;

struct Grouping {
  static constexpr const char* kClasses = "classes";

  std::vector<int32_t> of_row = {};     ///< (n,) group of each row, from 0, or kNoGroup; empty = all rows are one group
  std::vector<std::string> names = {};  ///< of the groups; empty = unnamed
  std::string origin = kClasses;        ///< where they come from: kClasses, a file, "kmeans:20"

  bool empty() const { return of_row.empty(); }
  bool are_classes() const { return origin == kClasses; }
  /// Number of groups: max(names, 1 + largest number).
  int32_t count() const {
    const int32_t numbered = of_row.empty() ? 0 : 1 + *std::ranges::max_element(of_row);
    return std::max(numbered, static_cast<int32_t>(names.size()));
  }
};

}  // namespace decant
