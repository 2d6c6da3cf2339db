#include "decant/select/methods/random.h"

#include "decant/base/random.h"
#include "decant/select/pools/pools.h"

namespace decant {

Selection select_random(int64_t count, std::span<const int32_t> labels, std::span<const int64_t> bad_rows, bool per_class, uint64_t seed) {
  check_labels(count, labels);
  Pools pools = make_pools(mark_rows(count, bad_rows), per_class ? labels : std::span<const int32_t>());
  Selection selection = empty_selection("random", count);
  selection.bin_count = 1;
  selection.pool_count = pools.numbers.back() + 1;
  for (size_t i = 0; i < pools.rows.size(); ++i) {
    Random(seed, "random order", static_cast<uint64_t>(pools.numbers[i])).shuffle(std::span(pools.rows[i]));
    for (const int64_t row : pools.rows[i]) {
      selection.bins[static_cast<size_t>(row)] = 0;
      selection.pools[static_cast<size_t>(row)] = pools.numbers[i];
      selection.gains[static_cast<size_t>(row)] = 0;
      selection.order.push_back(row);
    }
  }
  return selection;
}

}  // namespace decant
