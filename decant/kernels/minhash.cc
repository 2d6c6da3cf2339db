#include "decant/kernels/minhash.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/minhash.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// A vector of permutations at a time, over the whole set. Returns how many were done.
size_t lower_whole_vectors(const uint32_t* x, size_t count, const uint32_t* a, const uint32_t* b, uint32_t* minima, size_t permutations) {
  const hn::ScalableTag<uint32_t> u;
  const size_t lanes = hn::Lanes(u);
  const auto middle = hn::Set(u, 0x21f0aaadU);
  size_t k = 0;
  for (; k + lanes <= permutations; k += lanes) {
    const auto times = hn::LoadU(u, a + k);
    const auto plus = hn::LoadU(u, b + k);
    auto least = hn::LoadU(u, minima + k);
    for (size_t i = 0; i < count; ++i) {
      auto h = hn::Add(hn::Mul(hn::Set(u, x[i]), times), plus);
      h = hn::Mul(hn::Xor(h, hn::ShiftRight<16>(h)), middle);
      least = hn::Min(least, hn::Xor(h, hn::ShiftRight<15>(h)));
    }
    hn::StoreU(least, u, minima + k);
  }
  return k;
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(lower_whole_vectors);

}  // namespace

void lower_minima(std::span<const uint32_t> x, std::span<const uint32_t> a, std::span<const uint32_t> b, std::span<uint32_t> minima) {
  const size_t done = HWY_DYNAMIC_DISPATCH(lower_whole_vectors)(x.data(), x.size(), a.data(), b.data(), minima.data(), minima.size());
  lower_minima_plain(x, a.subspan(done), b.subspan(done), minima.subspan(done));
}

void lower_minima_plain(std::span<const uint32_t> x, std::span<const uint32_t> a, std::span<const uint32_t> b, std::span<uint32_t> minima) {
  for (size_t k = 0; k < minima.size(); ++k) {
    for (const uint32_t member : x) {
      uint32_t h = member * a[k] + b[k];
      h = (h ^ h >> 16) * 0x21f0aaadU;
      minima[k] = std::min(minima[k], h ^ h >> 15);
    }
  }
}

}  // namespace decant
#endif
