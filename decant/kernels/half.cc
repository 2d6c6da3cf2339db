#include "decant/kernels/half.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/half.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include <bit>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Halves = hn::Rebind<uint16_t, Floats>;

#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86 && !defined(HWY_DISABLE_F16C)
HWY_INLINE hn::Vec<Floats> widen(hn::Vec<Halves> halves) {
  const hn::Rebind<hwy::float16_t, Floats> d;
  return hn::PromoteTo(Floats(), hn::BitCast(d, halves));
}
#else
/// Highway's own promotion gives finite values where the processor has none. Exponent and fraction,
/// moved to their places in a float32, are 2⁻¹¹² of the value; the exponent field is raised by 224
/// first, which makes 31 into 255 (infinity, NaN) and needs a product with 2⁻¹¹² at the end.
/// Subnormals are fraction · 2⁻²⁴ from 0.5 + fraction · 2⁻²⁴ instead.
HWY_INLINE hn::Vec<Floats> widen(hn::Vec<Halves> halves) {
  const Floats f;
  const hn::RebindToUnsigned<Floats> u;
  const hn::RebindToSigned<Floats> i;
  const auto bits = hn::PromoteTo(u, halves);
  const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(u, 0x8000u)));
  const auto size = hn::And(bits, hn::Set(u, 0x7fffu));
  const auto raised = hn::Add(hn::ShiftLeft<13>(size), hn::Set(u, 224u << 23));
  const auto normal = hn::Mul(hn::BitCast(f, raised), hn::Set(f, 0x1p-112F));
  const auto subnormal = hn::Sub(hn::BitCast(f, hn::Or(size, hn::Set(u, 126u << 23))), hn::Set(f, 0.5F));
  const auto is_normal = hn::RebindMask(f, hn::Gt(hn::BitCast(i, size), hn::Set(i, 0x3ff)));
  return hn::BitCast(f, hn::Or(hn::BitCast(u, hn::IfThenElse(is_normal, normal, subnormal)), sign));
}
#endif

void widen_all(const std::byte* halves, float* values, size_t count) {
  const Floats f;
  const Halves h;
  size_t i = 0;
  for (; i + hn::Lanes(f) <= count; i += hn::Lanes(f)) {
    hn::StoreU(widen(hn::LoadU(h, reinterpret_cast<const uint16_t*>(halves + 2 * i))), f, values + i);
  }
  for (; i < count; ++i) {
    uint16_t half;
    std::memcpy(&half, halves + 2 * i, sizeof half);
    values[i] = half_to_float(half);
  }
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {
HWY_EXPORT(widen_all);
}  // namespace

void halves_to_floats(std::span<const std::byte> halves, std::span<float> values) {
  HWY_DYNAMIC_DISPATCH(widen_all)(halves.data(), values.data(), values.size());
}

float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t fraction = half & 1023u;
  if (exponent == 0) {  // zero and the subnormals: fraction · 2⁻²⁴, exact
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  const uint32_t wide = exponent == 31 ? 255 : exponent + 112;  // biases 15 and 127
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
  const float size = std::bit_cast<float>(bits & 0x7fffffffu);
  if (size != size) return 0x7e00;
  if (size >= 65520.0F) return static_cast<uint16_t>(sign | 0x7c00u);  // half-way to the next power of two, and beyond
  if (size < 0x1p-14F) {  // subnormal: adding 1/2 leaves size · 2²⁴, rounded, in the low bits
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(size + 0.5F) & 0x7ffu));
  }
  const uint32_t wide = std::bit_cast<uint32_t>(size) - (112u << 23);
  return static_cast<uint16_t>(sign | (wide + 0xfffu + (wide >> 13 & 1u)) >> 13);
}

}  // namespace decant
#endif
