#include "decant/kernels/score_bounds.h"

#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <limits>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

void on_all_targets(const std::function<void()>& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// Multiples of 1/4 below 64: every float32 result is exact, so fused and unfused machines agree.
std::vector<float> quarters(Random& random, size_t count) {
  std::vector<float> values(count);
  for (auto& value : values) value = static_cast<float>(random.below(256)) / 4;
  return values;
}

TEST(RowsAbove, FindsWhatThePlainLoopFinds) {
  on_all_targets([] {
    for (size_t count = 0; count < 90; ++count) {
      Random random(1, "rows above", count);
      auto score = quarters(random, count);
      const auto along = quarters(random, count);
      const auto across = quarters(random, count);
      const auto squared = quarters(random, count);
      if (count > 3) score[3] = -std::numeric_limits<float>::infinity();  // a picked row
      for (const bool has_squared : {false, true}) {
        const BoundColumns rows{score, along, across, has_squared ? std::span<const float>(squared) : std::span<const float>()};
        const QueryMove move{-1.5F, 2, 0.25F};
        for (const float floor : {-1000.0F, 60.0F, 100.25F, 1e6F}) {
          std::vector<int32_t> found(count), wanted(count);
          found.resize(rows_above(rows, move, floor, found));
          wanted.resize(rows_above_plain(rows, move, floor, wanted));
          ASSERT_EQ(found, wanted) << count << " rows above " << floor;
        }
      }
    }
  });
}

TEST(CodedDots, AreExactUpToTheLargestCodesAndQueries) {
  on_all_targets([] {
    for (const int64_t stride : {64, 128, 256, 832}) {
      Random random(2, "coded dots", static_cast<uint64_t>(stride));
      constexpr int64_t kRows = 9;
      std::vector<int8_t> codes(static_cast<size_t>(kRows * stride));
      for (auto& code : codes) code = static_cast<int8_t>(static_cast<int64_t>(random.below(255)) - 127);
      for (size_t k = 0; k < static_cast<size_t>(stride); ++k) codes[k] = 127;
      for (const int64_t bound : {32767, 1000}) {
        std::vector<int16_t> query(static_cast<size_t>(stride));
        const int64_t allowed = std::min<int64_t>(bound, 16000000 / stride);  // the promise about Σ|query|
        for (auto& value : query)
          value = static_cast<int16_t>(static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * allowed + 1))) - allowed);
        if (bound == 32767) std::fill(query.begin(), query.end(), static_cast<int16_t>(allowed));
        const std::vector<int32_t> index{0, 8, 3, 3, 1};
        std::vector<int32_t> found(index.size()), wanted(index.size());
        coded_dots(codes, stride, index, query, found);
        coded_dots_plain(codes, stride, index, query, wanted);
        ASSERT_EQ(found, wanted);
      }
    }
  });
}

}  // namespace
}  // namespace decant
