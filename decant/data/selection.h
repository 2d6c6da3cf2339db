// A selection is an order. Every method ends in the same nouns: the bin, the rank and the gain of each row. Sampling, ratios,
// reports and evidence are written once, against this.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace decant {

constexpr int32_t kNoBin = -1;

/// What a method says about all n rows of a training split, before anything is kept or dropped.
struct Selection {
  std::string method;          ///< "bins", "random"
  std::vector<int32_t> bins;   ///< (n,) bin of each row; kNoBin for a bad row. Bins of different pools share their numbers.
  std::vector<int32_t> pools;  ///< (n,) pool (class) each row was chosen in; kNoBin for a bad row
  std::vector<int64_t> order;  ///< rows in the order picked: bin after bin inside a pool, pool after pool. Bad rows are absent.
  std::vector<float> gains;    ///< (n,) the objective's marginal gain when the row was picked; NaN for a bad row
  int32_t bin_count = 0;
  int32_t pool_count = 0;
};

/// What is kept: ascending, distinct rows of the split the Selection was made on.
using Subset = std::vector<int64_t>;

}  // namespace decant
