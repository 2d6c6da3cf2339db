// Bytes that pictures take, as the files of an arm store them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant {

class RowSizes {
 public:
  /// Reads the bytes of every row in `chosen`, on all threads. Throws InputError for rows that are
  /// no picture files.
  RowSizes(const Rows& rows, const Subset& chosen, const Context& context);

  double mean() const;                      ///< of those chosen
  int64_t total(const Subset& rows) const;  ///< REQUIRES: rows of those chosen

  /// draw(count) for the largest count, at most `most`, whose rows take at most `budget` bytes.
  /// Throws InputError when not even one row fits. REQUIRES: `draw` gives more rows for a larger
  /// count.
  Subset largest_within(int64_t budget, int64_t most, const std::function<Subset(int64_t count)>& draw) const;

 private:
  Subset chosen_;
  std::vector<int64_t> bytes_;  ///< of every row; 0 for those that were not chosen
};

/// "40%" of `whole`, or "300MB", "20000" (bytes), "1.5GB". Throws UsageError naming `option`.
int64_t bytes_from(const std::string& text, int64_t whole, const std::string& option);

}  // namespace decant
