#include "decant/kernels/half.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <vector>

namespace decant {
namespace {

/// (−1)^s · 2^(e−15) · (1 + f/1024); for e = 0: (−1)^s · 2^−14 · f/1024; for e = 31 infinity or
/// NaN.
double by_definition(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const double fraction = (half & 1023) / 1024.0;
  const double sign = half >> 15 != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * HUGE_VAL : NAN;
  return sign * (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15));
}

void expect_same(float got, double want, uint16_t half) {
  if (std::isnan(want)) {
    ASSERT_TRUE(std::isnan(got)) << half;
  } else {
    ASSERT_EQ(std::bit_cast<uint32_t>(got), std::bit_cast<uint32_t>(static_cast<float>(want))) << half;
  }
}

TEST(Half, EveryHalfIsItsDefinition) {
  for (uint32_t half = 0; half < 65536; ++half) {
    const auto bits = static_cast<uint16_t>(half);
    expect_same(half_to_float(bits), by_definition(bits), bits);
  }
}

TEST(Half, ManyAtOnceAreTheSameOnEveryInstructionSetAndAtOddAddresses) {
  std::vector<std::byte> bytes(1);
  for (uint32_t half = 0; half < 65536; ++half) {
    bytes.push_back(static_cast<std::byte>(half & 255));
    bytes.push_back(static_cast<std::byte>(half >> 8));
  }
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    for (const size_t count : {65536u, 65535u, 5u, 1u, 0u}) {
      std::vector<float> values(count + 1, 7);
      halves_to_floats(std::span(bytes).subspan(1, 2 * count), std::span(values).first(count));
      for (size_t i = 0; i < count; ++i) expect_same(values[i], by_definition(static_cast<uint16_t>(i)), static_cast<uint16_t>(i));
      EXPECT_EQ(values[count], 7);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Half, NarrowingTakesTheNearestAndTiesToEven) {
  for (uint32_t half = 0; half < 0x7c00; ++half) {
    const float value = half_to_float(static_cast<uint16_t>(half));
    EXPECT_EQ(float_to_half(value), half);
    EXPECT_EQ(float_to_half(-value), half | 0x8000u);
    const double next = by_definition(static_cast<uint16_t>(half + 1));
    const double middle = half == 0x7bff ? 65520.0 : (static_cast<double>(value) + next) / 2;  // exact in float32
    const auto tie = static_cast<float>(middle);
    EXPECT_EQ(float_to_half(tie), half % 2 == 0 ? half : half + 1) << half;
    EXPECT_EQ(float_to_half(std::nextafter(tie, 0.0F)), half) << half;
    EXPECT_EQ(float_to_half(std::nextafter(tie, 1e6F)), half + 1) << half;
  }
  EXPECT_EQ(float_to_half(1e30F), 0x7c00);
  EXPECT_EQ(float_to_half(-HUGE_VALF), 0xfc00);
  EXPECT_EQ(float_to_half(std::nanf("")), 0x7e00);
}

}  // namespace
}  // namespace decant
