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
      if (count > 3) score[3] = -std::numeric_limits<float>::infinity();  // a picked row
      const BoundColumns rows{score, along, across};
      for (const float floor : {-1000.0F, 60.0F, 100.25F, 1e6F}) {
        const std::vector<BoundTest> tests{{-1.5F, 2, floor}, {0.25F, 1, floor - 4}, {3, -0.5F, floor + 60}};
        for (size_t asked = 1; asked <= tests.size(); ++asked) {
          std::vector<int32_t> found(count), wanted(count);
          found.resize(rows_above(rows, std::span(tests).first(asked), found));
          wanted.resize(rows_above_plain(rows, std::span(tests).first(asked), wanted));
          ASSERT_EQ(found, wanted) << count << " rows above " << floor << " by " << asked << " tests";
        }
      }
    }
  });
}

TEST(RowsAbove, AsksTheRecentQueryToo) {
  on_all_targets([] {
    for (size_t count = 0; count < 90; ++count) {
      Random random(3, "recent", count);
      const auto score = quarters(random, count);
      const auto along = quarters(random, count);
      const auto across = quarters(random, count);
      const auto later = quarters(random, count);
      std::vector<int32_t> stamp(count);
      for (auto& number : stamp) number = static_cast<int32_t>(random.below(12));
      const std::vector<float> moved_along{0, -0.5F, 1, -1.5F}, moved_across{0, 0.25F, 0.5F, 1};
      const BoundColumns rows{score, along, across};
      const RecentMoves moves{moved_along, moved_across, 11};  // 11, 10, 9, 8 are known
      for (const float floor : {-1000.0F, 60.0F, 100.25F, 1e6F}) {
        std::vector<int32_t> found(count), wanted(count);
        found.resize(rows_above(rows, {-1, 2, floor}, {later, stamp}, moves, found));
        wanted.resize(rows_above_plain(rows, {-1, 2, floor}, {later, stamp}, moves, wanted));
        ASSERT_EQ(found, wanted) << count << " rows above " << floor;
      }
    }
  });
}

TEST(CodedDots, AreExactUpToTheLargestCodesAndQueries) {
  on_all_targets([] {
    for (const int64_t stride : {64, 128, 256, 832, 66048}) {
      for (const int extreme : {-1, 0, 1}) {
        Random random(2, "coded dots", static_cast<uint64_t>(stride));
        constexpr int64_t kRows = 9;
        std::vector<uint8_t> codes(static_cast<size_t>(kRows * stride));
        for (auto& code : codes) code = static_cast<uint8_t>(1 + random.below(255));
        std::fill_n(codes.begin(), stride, uint8_t{255});
        std::fill_n(codes.begin() + stride, stride, uint8_t{1});
        std::vector<int8_t> query(static_cast<size_t>(stride));
        for (auto& value : query) value = static_cast<int8_t>(extreme != 0 ? 127 * extreme : static_cast<int64_t>(random.below(255)) - 127);
        for (const size_t asked : {0U, 1U, 2U, 3U, 4U, 5U, 7U}) {
          const std::vector<int32_t> index{0, 8, 3, 3, 1, 7, 2};
          std::vector<int32_t> found(asked), wanted(asked);
          coded_dots(codes, stride, std::span(index).first(asked), query, found);
          coded_dots_plain(codes, stride, std::span(index).first(asked), query, wanted);
          ASSERT_EQ(found, wanted) << stride << " codes, " << asked << " rows";
        }
      }
    }
  });
}

}  // namespace
}  // namespace decant
