// Rows that were chosen earlier and stay chosen, while others are chosen beside them: how methods
// go on when a data set grows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/selection.h"
#include "decant/data/subset.h"
#include "decant/select/pools/quota.h"

namespace decant {

/// Views what the caller holds.
struct Chosen {
  std::span<const int64_t> rows;  ///< distinct, in the order in which they were picked
  int64_t of = 0;                 ///< they were chosen among the first so many rows of the data set
};

/// What `shared(parts, sizes, total)` gives each of these parts, but for those that would get less
/// than they have: they get that, and the others share the rest likewise, until none gets less. The
/// result adds up to `total`. REQUIRES: had ≤ sizes, Σ had ≤ total; `shared` gives no part more
/// than its size.
template <class Shared>
std::vector<int64_t> at_least(std::span<const int64_t> had, int64_t total, std::span<const int64_t> sizes, Shared&& shared) {
  DECANT_CHECK(had.size(), ==, sizes.size());
  std::vector<int64_t> counts(had.begin(), had.end());
  std::vector<bool> fixed(sizes.size(), false);
  for (bool lifted = true; lifted;) {
    lifted = false;
    std::vector<size_t> open;
    std::vector<int64_t> open_sizes;
    int64_t left = total;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (fixed[i]) {
        left -= had[i];
      } else {
        open.push_back(i);
        open_sizes.push_back(sizes[i]);
      }
    }
    const std::vector<int64_t> shares = shared(std::span<const size_t>(open), std::span<const int64_t>(open_sizes), left);
    for (size_t k = 0; k < open.size(); ++k) {
      counts[open[k]] = shares[k];
      if (shares[k] < had[open[k]]) fixed[open[k]] = lifted = true;
    }
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (fixed[i]) counts[i] = had[i];
  }
  return counts;
}

/// share(), but no part gets less than it `had`. Throws InputError for a total below Σ had.
std::vector<int64_t> share_beside(int64_t total, std::span<const int64_t> sizes, std::span<const int64_t> had, Shares shares,
                                  std::span<const uint64_t> ties = {});

/// Of a ranking that was made beside chosen rows: the first of every pool, `count` in all, as many
/// of each as select_ranked() shared out. Ascending. REQUIRES: the same `chosen`, `count` and
/// `shares`.
Subset sample_beside(const Selection& selection, const Chosen& chosen, int64_t count, Shares shares);

}  // namespace decant
