// Tasks that share the classes of a data set, in an order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "decant/data/subset.h"

namespace decant::trials {

class Tasks {
 public:
  /// `order`: labels, each once. Evenly shared, a remainder goes to the first task. REQUIRES: 1 ≤
  /// count ≤ labels.
  Tasks(std::vector<int> order, int count);

  int count() const { return static_cast<int>(ends_.size()) - 1; }
  int classes() const { return static_cast<int>(order_.size()); }
  std::span<const int> classes_of(int task) const;
  /// Of the tasks up to this one.
  std::span<const int> seen_after(int task) const;
  /// The same as a flag for each label.
  std::vector<bool> flags_after(int task) const;
  int task_of(int label) const { return task_of_[static_cast<size_t>(label)]; }
  /// `total` shared evenly among the classes seen after a task, the first ones one more where it
  /// does not divide. By label; others get 0.
  std::vector<int64_t> shares_after(int task, int64_t total) const;
  /// Rows of the task's classes. `rows_of_class`: ascending, by label.
  Subset rows_of(int task, const std::vector<std::vector<int64_t>>& rows_of_class) const;

 private:
  std::vector<int> order_;
  std::vector<int> ends_;  ///< places in the order: 0, the end of the first task, …
  std::vector<int> task_of_;
};

/// Labels or names of classes, between white space. Throws InputError that names the file and the
/// word: no such class, one named twice or left out.
std::vector<int> read_class_order(const std::filesystem::path& file, const std::vector<std::string>& names, int classes);

}  // namespace decant::trials
