// How fast a stage goes now. Bins begin with all rows to choose from and end with few, so the pace
// of the last half minute says more about the time left than the average since the start.
#pragma once

#include <cmath>
#include <cstdint>

namespace decant::cli {

/// Work per second, exponentially weighted: what was done t seconds ago counts e^(−t/30). From the
/// start it is the plain average.
class Pace {
 public:
  void add(int64_t done, double seconds) {
    if (seconds <= 0) {
      work_ += static_cast<double>(done);
      return;
    }
    const double fade = std::exp(-seconds / kMemory);
    work_ = work_ * fade + static_cast<double>(done);
    time_ = time_ * fade + seconds;
  }
  double per_second() const { return time_ > 0 ? work_ / time_ : 0; }

 private:
  static constexpr double kMemory = 30;
  double work_ = 0;
  double time_ = 0;
};

}  // namespace decant::cli
