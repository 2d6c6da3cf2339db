#include "decant/select/engine/block_sum.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/comm/local.h"

namespace decant {
namespace {

TEST(BlockSum, IsTheSameForAnyRangesOfRanks) {
  Random random(1, "block sum");
  for (const int64_t count : {0, 1, 4095, 4096, 4097, 9000, 20000}) {
    std::vector<double> values;
    for (int64_t i = 0; i < 2 * count; ++i) values.push_back(random.normal() * std::pow(10.0, 6 * random.uniform()));
    const auto add = [&](int64_t begin, int64_t end, std::span<double> sum) {
      for (int64_t i = begin; i < end; ++i) {
        for (int64_t k = 0; k < 2; ++k) sum[static_cast<size_t>(k)] += values[static_cast<size_t>(2 * i + k)];
      }
    };
    const auto wanted = block_sum(count, 2, {}, add, nullptr, {});
    for (const int ranks : {1, 2, 3, 8}) {
      std::vector<int64_t> cuts{0, count};
      for (int i = 1; i < ranks; ++i) cuts.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(count) + 1)));
      std::sort(cuts.begin(), cuts.end());
      run_ranks(ranks, [&](Comm& comm) {
        const auto at = static_cast<size_t>(comm.rank());
        EXPECT_EQ(block_sum(count, 2, {cuts[at], cuts[at + 1]}, add, &comm, {}), wanted) << count << " on " << ranks;
      });
    }
  }
}

}  // namespace
}  // namespace decant
