// Which clusters of copies a page has room for, in the order in which they matter, and what is said
// of each row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decant/dedup/copies.h"

namespace decant::report {

constexpr size_t kMostClusters = 200;
constexpr size_t kMostLeaks = 150;  ///< of them, where there are as many others as to fill the rest
constexpr size_t kMostCopies = 8;   ///< rows of one cluster

struct ShownCopy {
  enum class Part {
    stays,    ///< a training row that stays
    dropped,  ///< a training row that repeats one that stays
    leaks,    ///< a training row that is dropped for its copy in the test split
    test
  };
  Copy copy;
  Part part = Part::stays;
  std::optional<double> similarity;  ///< to the row that it repeats, of a test row to the nearest training row; none: it stays
  Sameness how = Sameness::near;
  bool other_label = false;  ///< than the row that it repeats; where it repeats none, than the first row shown
};

struct ShownCluster {
  /// A row that stays, or a test row that others repeat; then its copies, nearest first; then the
  /// next such row. Test rows with copies come first, then those with most copies.
  std::vector<ShownCopy> rows;
  size_t more = 0;     ///< rows that are not shown
  double closest = 0;  ///< similarity
};

struct CopySheets {
  std::vector<ShownCluster> leaks;   ///< with rows of both splits
  std::vector<ShownCluster> others;  ///< of training rows alone
  size_t all_leaks = 0;
  size_t all_others = 0;
};

/// The largest clusters first; of one size the closest. `pairs`: those that `copies` were resolved
/// from, or more. `threshold`: of the near ones.
CopySheets copy_sheets(const Copies& copies, std::span<const CopyPair> pairs, std::optional<double> threshold);

}  // namespace decant::report
