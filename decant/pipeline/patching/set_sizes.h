// What small sets take of a budget, whatever it is counted in, and the largest that it holds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "decant/data/selection.h"
#include "decant/data/subset.h"

namespace decant {

class SetSizes {
 public:
  virtual ~SetSizes() = default;

  /// About how many rows a budget holds: at least 1, at most all that there are.
  virtual int64_t about(int64_t budget) = 0;
  /// What a set of these rows takes.
  virtual int64_t total(const Subset& rows) = 0;
  virtual int64_t most_rows() const = 0;

  /// draw(count) for the largest count that `selection` serves, at most all rows, whose set takes
  /// at most `budget`: found from about() outwards. Throws InputError when not even the smallest
  /// set fits, naming what it takes.
  Subset largest_within(int64_t budget, const Selection& selection, const std::function<Subset(int64_t count)>& draw);

 private:
  [[noreturn]] virtual void refuse(int64_t budget, int64_t least_rows, int64_t needed) const = 0;
};

}  // namespace decant
