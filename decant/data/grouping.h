// Rows in groups: by class, or by what --pools names in place of classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace decant {

struct Grouping {
  std::vector<int32_t> of_row;     ///< (n,) group of each row, or kNoLabel
  std::vector<std::string> names;  ///< names[group]; empty when groups have numbers only
  std::string origin;              ///< "classes", "kmeans:64", a file

  /// The name, or the number when there is none.
  std::string name(int32_t group) const {
    const auto i = static_cast<size_t>(group);
    return i < names.size() ? names[i] : std::to_string(group);
  }
};

}  // namespace decant
