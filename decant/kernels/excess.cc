#include "decant/kernels/excess.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/excess.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <bool kCapped>
HWY_INLINE float excess_terms(const float* x, const float* bar, const float* cap, size_t n, const Ramp& ramp) {
  const hn::ScalableTag<float> f;
  const size_t lanes = hn::Lanes(f);
  const auto offset = hn::Set(f, ramp.offset);
  const auto slope = hn::Set(f, ramp.slope);
  const auto least = hn::Set(f, ramp.least);
  const auto zero = hn::Zero(f);
  const auto over = [&](size_t k) {
    const auto v = hn::MulAdd(slope, hn::Max(hn::LoadU(f, x + k), least), offset);
    const auto beyond = hn::Max(zero, hn::Sub(v, hn::LoadU(f, bar + k)));
    if constexpr (kCapped) return hn::Min(beyond, hn::LoadU(f, cap + k));
    return beyond;
  };
  auto even = zero;
  auto odd = zero;
  size_t k = 0;
  for (; k + 2 * lanes <= n; k += 2 * lanes) {
    even = hn::Add(even, over(k));
    odd = hn::Add(odd, over(k + lanes));
  }
  float sum = hn::GetLane(hn::SumOfLanes(f, hn::Add(even, odd)));
  for (; k < n; ++k) {
    const float beyond = std::max(0.0F, ramp.offset + ramp.slope * std::max(x[k], ramp.least) - bar[k]);
    sum += kCapped ? std::min(beyond, cap[k]) : beyond;
  }
  return sum;
}

float excess(const float* x, const float* bar, size_t n, const Ramp& ramp) {
  return excess_terms<false>(x, bar, nullptr, n, ramp);
}
float capped_excess(const float* x, const float* bar, const float* cap, size_t n, const Ramp& ramp) {
  return excess_terms<true>(x, bar, cap, n, ramp);
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(excess);
HWY_EXPORT(capped_excess);

}  // namespace

float excess_sum(std::span<const float> x, std::span<const float> bar, const Ramp& ramp) {
  return HWY_DYNAMIC_DISPATCH(excess)(x.data(), bar.data(), x.size(), ramp);
}

float excess_sum_plain(std::span<const float> x, std::span<const float> bar, const Ramp& ramp) {
  float sum = 0;
  for (size_t k = 0; k < x.size(); ++k) sum += std::max(0.0F, ramp.offset + ramp.slope * std::max(x[k], ramp.least) - bar[k]);
  return sum;
}

float capped_excess_sum(std::span<const float> x, std::span<const float> bar, std::span<const float> cap, const Ramp& ramp) {
  return HWY_DYNAMIC_DISPATCH(capped_excess)(x.data(), bar.data(), cap.data(), x.size(), ramp);
}

float capped_excess_sum_plain(std::span<const float> x, std::span<const float> bar, std::span<const float> cap, const Ramp& ramp) {
  float sum = 0;
  for (size_t k = 0; k < x.size(); ++k) {
    sum += std::min(cap[k], std::max(0.0F, ramp.offset + ramp.slope * std::max(x[k], ramp.least) - bar[k]));
  }
  return sum;
}

}  // namespace decant
#endif
