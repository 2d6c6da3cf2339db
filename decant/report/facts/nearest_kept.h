// Of a row that was left out, the kept row that is most like it: whether something is lost is seen
// by reading the two side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"

namespace decant::report {

struct NearestKept {
  int64_t row = -1;  ///< −1: nothing was kept
  double cosine = 0;
};

/// One for each of `rows`: the largest cosine of their features, the smaller row on a tie. A zero
/// row has a cosine of 0 to all. Cost: 2·|rows|·|kept|·width flops.
std::vector<NearestKept> nearest_kept(const Features& features, std::span<const int64_t> kept, std::span<const int64_t> rows,
                                      const Context& context);

}  // namespace decant::report
