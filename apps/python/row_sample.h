// Whether rows in the caller's memory stay as they are while they are read. Another thread may
// write to an array at any time, and no lock can forbid it; methods that rely on what they have
// read before then stop at a check of their own, or never.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/features.h"

namespace decant::python {

/// Hashes of up to 1,024 rows, spread evenly, as they were when it was made. What changes a few
/// rows alone may escape it. Costs 2 KB · columns · bytes per value of reading, once here and once
/// in each check.
class RowSample {
 public:
  /// `name`: what messages call the rows.
  RowSample(Features features, std::string name);

  /// Throws InputError naming the first of the rows that is another now.
  void require_unchanged() const;

 private:
  Features features_;
  std::string name_;
  int64_t step_ = 1;
  std::vector<uint64_t> hashes_;  // of rows 0, step_, 2 step_, …
};

}  // namespace decant::python
