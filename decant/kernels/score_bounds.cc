#include "decant/kernels/score_bounds.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/score_bounds.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/cache_control.h>
// clang-format on

#include <array>
#include <bit>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <bool kSquared>
HWY_INLINE size_t above(const BoundColumns& rows, const QueryMove& move, float floor, int32_t* out) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto along = hn::Set(d, move.along);
  const auto across = hn::Set(d, move.across);
  const auto squared = hn::Set(d, move.squared);
  const auto least = hn::Set(d, floor);
  const size_t count = rows.score.size();
  size_t found = 0;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto bound = hn::MulAdd(hn::LoadU(d, rows.along.data() + i), along, hn::LoadU(d, rows.score.data() + i));
    bound = hn::MulAdd(hn::LoadU(d, rows.across.data() + i), across, bound);
    if constexpr (kSquared) bound = hn::MulAdd(hn::LoadU(d, rows.squared.data() + i), squared, bound);
    const auto mask = hn::Ge(bound, least);
    if (hn::AllFalse(d, mask)) continue;
    std::array<uint8_t, 64> bytes{};  // lanes / 8 of them are written, at least 8 may be
    hn::StoreMaskBits(d, mask, bytes.data());
    for (size_t byte = 0; byte * 8 < lanes; ++byte) {
      for (unsigned bits = bytes[byte]; bits != 0; bits &= bits - 1) {
        out[found++] = static_cast<int32_t>(i + byte * 8) + std::countr_zero(bits);
      }
    }
  }
  for (; i < count; ++i) {
    float bound = rows.score[i] + rows.along[i] * move.along + rows.across[i] * move.across;
    if constexpr (kSquared) bound += rows.squared[i] * move.squared;
    if (bound >= floor) out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

size_t rows_above(const BoundColumns& rows, const QueryMove& move, float floor, int32_t* out) {
  return rows.squared.empty() ? above<false>(rows, move, floor, out) : above<true>(rows, move, floor, out);
}

void coded_dots(const int8_t* codes, size_t stride, const int32_t* index, size_t count, const int16_t* query, int32_t* out) {
  const hn::ScalableTag<int16_t> d16;
  const hn::Rebind<int8_t, decltype(d16)> d8;
  const hn::RepartitionToWide<decltype(d16)> d32;
  const size_t lanes = hn::Lanes(d16);
  for (size_t i = 0; i < count; ++i) {
    const int8_t* const row = codes + static_cast<size_t>(index[i]) * stride;
    const int8_t* const next = codes + static_cast<size_t>(index[i + 4 < count ? i + 4 : count - 1]) * stride;
    auto even = hn::Zero(d32);
    auto odd = hn::Zero(d32);
    for (size_t k = 0; k < stride; k += lanes) {
      hwy::Prefetch(next + k);
      const auto code = hn::PromoteTo(d16, hn::LoadU(d8, row + k));
      even = hn::ReorderWidenMulAccumulate(d32, code, hn::LoadU(d16, query + k), even, odd);
    }
    out[i] = hn::GetLane(hn::SumOfLanes(d32, hn::Add(even, odd)));
  }
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(rows_above);
HWY_EXPORT(coded_dots);

}  // namespace

size_t rows_above(const BoundColumns& rows, const QueryMove& move, float floor, std::span<int32_t> out) {
  return HWY_DYNAMIC_DISPATCH(rows_above)(rows, move, floor, out.data());
}

size_t rows_above_plain(const BoundColumns& rows, const QueryMove& move, float floor, std::span<int32_t> out) {
  size_t found = 0;
  for (size_t i = 0; i < rows.score.size(); ++i) {
    float bound = rows.score[i] + rows.along[i] * move.along + rows.across[i] * move.across;
    if (!rows.squared.empty()) bound += rows.squared[i] * move.squared;
    if (bound >= floor) out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

void coded_dots(std::span<const int8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int16_t> query,
                std::span<int32_t> out) {
  HWY_DYNAMIC_DISPATCH(coded_dots)
  (codes.data(), static_cast<size_t>(stride), index.data(), index.size(), query.data(), out.data());
}

void coded_dots_plain(std::span<const int8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int16_t> query,
                      std::span<int32_t> out) {
  for (size_t i = 0; i < index.size(); ++i) {
    const auto row = codes.subspan(static_cast<size_t>(index[i]) * static_cast<size_t>(stride));
    int32_t sum = 0;
    for (size_t k = 0; k < query.size(); ++k) sum += int32_t{row[k]} * query[k];
    out[i] = sum;
  }
}

}  // namespace decant
#endif
