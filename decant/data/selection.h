// A selection is an order. Every method ends in the same nouns: the bin, the rank and the gain of
// each row. Sampling, ratios, reports and evidence are written once, against this.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "decant/data/column.h"
#include "decant/data/row_list.h"
#include "decant/data/subset.h"

namespace decant {

constexpr int32_t kNoBin = -1;

/// What a method says about all n rows of a training split, before anything is kept or dropped. Of
/// two kinds: bins, from each of which a small set takes its share by chance; and rankings, of
/// which it takes the first rows of every pool.
struct Selection {
  std::string method;     ///< "bins", "random", "facility-location", …
  Column<int32_t> bins;   ///< (n,) bin of each row, 0 in a ranking; kNoBin for a row left out: bad, or cut off beforehand
  Column<int32_t> pools;  ///< (n,) pool (class) each row was chosen in; kNoBin for a row left out
  RowList order;          ///< rows in the order picked: bin after bin inside a pool, pool after pool. Rows left out are absent.
  Column<float> gains;    ///< (n,) the objective's marginal gain when the row was picked, or its score; NaN for a row left out
  int32_t bin_count = 0;
  int32_t pool_count = 0;
  bool ranked = false;  ///< a ranking: the first rows of each pool's order are kept
  // Subset sizes this ranking is valid for. Some methods rank for one size only; others for any
  // size up to a maximum.
  int64_t serves_from = 1;
  int64_t serves_to = std::numeric_limits<int64_t>::max();
  /// Of a ranking, the seed by which ties between classes were settled when it was made. None: of
  /// bins, where sample() draws anew; of old records, in which the smaller label wins.
  std::optional<uint64_t> ties = {};
};

}  // namespace decant
