#include "decant/kernels/query_move.h"

#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

void each_target_agrees(const std::function<void(size_t count)>& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    for (size_t count = 0; count < 70; ++count) body(count);
    body(1000);
  }
  hwy::SetSupportedTargetsForTest(0);
}

/// Starts one element late: nothing may rely on alignment.
struct Drawn {
  std::vector<double> values;
  Drawn(const char* name, size_t count) : values(count + 1) {
    Random random(3, name, count);
    for (double& value : values) value = random.normal();
  }
  std::span<const double> span() const { return std::span(values).subspan(1); }
};

TEST(SplitMove, EqualsThePlainLoopBitForBit) {
  each_target_agrees([](size_t count) {
    const Drawn to("to", count), from("from", count), direction("direction", count);
    for (const bool with : {true, false}) {
      const auto unit = with ? direction.span() : std::span<const double>();
      std::vector<double> found(count), wanted(count);
      const SplitMove a = split_move(to.span(), from.span(), unit, found);
      const SplitMove b = split_move_plain(to.span(), from.span(), unit, wanted);
      ASSERT_EQ(a.along, b.along) << count;
      ASSERT_EQ(a.across_squared, b.across_squared) << count;
      ASSERT_EQ(found, wanted) << count;
      const Stretch c = measure_move(to.span(), from.span(), unit);
      const Stretch d = measure_move_plain(to.span(), from.span(), unit);
      ASSERT_EQ(c.along, d.along) << count;
      ASSERT_EQ(c.squared, d.squared) << count;
      ASSERT_EQ(c.along, a.along) << count;
    }
  });
}

TEST(SplitMove, TakesOutTheDirection) {
  const std::vector<double> to{3, 5, 1}, from{1, 1, 1}, direction{0, 1, 0};
  std::vector<double> across(3);
  const SplitMove split = split_move(to, from, direction, across);
  EXPECT_EQ(split.along, 4);
  EXPECT_EQ(split.across_squared, 4);
  EXPECT_EQ(across, (std::vector<double>{2, 0, 0}));
}

TEST(Extent, EqualsThePlainLoopBitForBit) {
  each_target_agrees([](size_t count) {
    const Drawn values("extent", count);
    const Extent a = extent(values.span());
    const Extent b = extent_plain(values.span());
    ASSERT_EQ(a.largest, b.largest) << count;
    ASSERT_EQ(a.sum, b.sum) << count;
  });
}

TEST(Quantise, EqualsThePlainLoopBitForBit) {
  each_target_agrees([](size_t count) {
    const Drawn values("quantise", count);
    const double largest = extent_plain(values.span()).largest;
    for (const double step : {largest / 127, largest / 3, 1.0, 0.0}) {
      std::vector<int8_t> found(count + 3, 77), wanted(count + 3, 77);
      const double a = quantise(values.span(), step, found);
      const double b = quantise_plain(values.span(), step, wanted);
      ASSERT_EQ(a, b) << count << " by " << step;
      ASSERT_EQ(found, wanted) << count << " by " << step;
    }
  });
}

TEST(DotOfDoubles, EqualsThePlainLoopBitForBit) {
  each_target_agrees([](size_t count) {
    const Drawn a("left", count), b("right", count);
    ASSERT_EQ(dot(a.span(), b.span()), dot_plain(a.span(), b.span())) << count;
  });
}

TEST(QuantiseRow, EqualsThePlainLoopBitForBit) {
  each_target_agrees([](size_t count) {
    const Drawn mean("mean", count), drawn("row", count);
    const std::vector<float> row(drawn.values.begin(), drawn.values.end());
    const auto x = std::span(row).subspan(1);
    const double largest = largest_deviation(x, 0.7, mean.span());
    ASSERT_EQ(largest, largest_deviation_plain(x, 0.7, mean.span())) << count;
    for (const double step : {largest / 127, largest / 3, 0.0}) {
      std::vector<uint8_t> found(count + 3, 77), wanted(count + 3, 77);
      const Deviation a = quantise_row(x, 0.7, mean.span(), step, found);
      const Deviation b = quantise_row_plain(x, 0.7, mean.span(), step, wanted);
      ASSERT_EQ(a.squared, b.squared) << count << " by " << step;
      ASSERT_EQ(a.missed, b.missed) << count << " by " << step;
      ASSERT_EQ(found, wanted) << count << " by " << step;
    }
  });
}

TEST(Quantise, ErrorIsTheDistance) {
  const std::vector<double> values{0.26, -1, 0};
  std::vector<int8_t> out(3);
  EXPECT_NEAR(quantise(values, 0.25, out), 1e-4, 1e-15);
  EXPECT_EQ(out, (std::vector<int8_t>{1, -4, 0}));
}

}  // namespace
}  // namespace decant
