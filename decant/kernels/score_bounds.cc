#include "decant/kernels/score_bounds.h"

// clang-format off
#define HWY_WANT_AVX3_DL  // its 16-bit multiply-accumulate is one instruction
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/score_bounds.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/cache_control.h>
// clang-format on

#include <algorithm>
#include <array>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Writes first + lane of the lanes that are set; a whole vector is written over.
template <class D, class M>
HWY_INLINE size_t keep(D /*d*/, M mask, size_t first, int32_t* out) {
  const hn::RebindToSigned<D> i32;
  return hn::CompressStore(hn::Iota(i32, static_cast<int32_t>(first)), hn::RebindMask(i32, mask), i32, out);
}

template <size_t kTests>
HWY_INLINE size_t above(const BoundColumns& rows, const BoundTest* tests, int32_t* out) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const size_t count = rows.score.size();
  size_t found = 0;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto score = hn::LoadU(d, rows.score.data() + i);
    const auto along = hn::LoadU(d, rows.along.data() + i);
    const auto across = hn::LoadU(d, rows.across.data() + i);
    const auto passes = [&](const BoundTest& test) HWY_ATTR {
      const auto bound = hn::MulAdd(across, hn::Set(d, test.across), hn::MulAdd(along, hn::Set(d, test.along), score));
      return hn::Ge(bound, hn::Set(d, test.floor));
    };
    auto mask = passes(tests[0]);
    for (size_t t = 1; t < kTests; ++t) mask = hn::Or(mask, passes(tests[t]));
    if (hn::AllFalse(d, mask)) continue;
    found += keep(d, mask, i, out + found);
  }
  for (; i < count; ++i) {
    for (size_t t = 0; t < kTests; ++t) {
      if (rows.score[i] + rows.along[i] * tests[t].along + rows.across[i] * tests[t].across >= tests[t].floor) {
        out[found++] = static_cast<int32_t>(i);
        break;
      }
    }
  }
  return found;
}

size_t rows_above(const BoundColumns& rows, const BoundTest* tests, size_t count, int32_t* out) {
  return count == 1 ? above<1>(rows, tests, out) : count == 2 ? above<2>(rows, tests, out) : above<3>(rows, tests, out);
}

/// The moves as tables that every lane looks up by the age of its query: in registers where eight
/// floats fit one.
template <class D>
class Moves {
 public:
  explicit Moves(const RecentMoves& moves) {
    std::copy(moves.along.begin(), moves.along.end(), along_.begin());
    std::copy(moves.across.begin(), moves.across.end(), across_.begin());
  }
  template <class Index>
  HWY_INLINE hn::Vec<D> along(Index age) const {
    return look_up(along_, age);
  }
  template <class Index>
  HWY_INLINE hn::Vec<D> across(Index age) const {
    return look_up(across_, age);
  }

 private:
  static constexpr size_t kRoom = 64;  // no vector is longer
  template <class Index>
  static HWY_INLINE hn::Vec<D> look_up(const std::array<float, kRoom>& table, Index age) {
    if constexpr (hn::MaxLanes(D()) >= kRecentQueries) {
      return hn::TableLookupLanes(hn::LoadU(D(), table.data()), hn::IndicesFromVec(D(), age));
    } else {
      return hn::GatherIndex(D(), table.data(), age);
    }
  }
  std::array<float, kRoom> along_{}, across_{};
};

size_t rows_above_recent(const BoundColumns& rows, const BoundTest& test, const RecentColumns& recent, const RecentMoves& moves,
                         int32_t* out) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> i32;
  const size_t lanes = hn::Lanes(d);
  const size_t count = rows.score.size();
  const Moves<decltype(d)> moved(moves);
  const auto newest = hn::Set(i32, moves.newest);
  const auto oldest = hn::Set(i32, static_cast<int32_t>(moves.along.size()) - 1);
  size_t found = 0;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto along = hn::LoadU(d, rows.along.data() + i);
    const auto across = hn::LoadU(d, rows.across.data() + i);
    const auto floor = hn::Set(d, test.floor);
    const auto bound =
        hn::MulAdd(across, hn::Set(d, test.across), hn::MulAdd(along, hn::Set(d, test.along), hn::LoadU(d, rows.score.data() + i)));
    auto mask = hn::Ge(bound, floor);
    if (hn::AllFalse(d, mask)) continue;
    const auto age = hn::Sub(newest, hn::LoadU(i32, recent.stamp.data() + i));
    const auto place = hn::Min(age, oldest);
    const auto later =
        hn::MulAdd(across, moved.across(place), hn::MulAdd(along, moved.along(place), hn::LoadU(d, recent.score.data() + i)));
    mask = hn::And(mask, hn::Or(hn::Ge(later, floor), hn::RebindMask(d, hn::Gt(age, oldest))));
    if (hn::AllFalse(d, mask)) continue;
    found += keep(d, mask, i, out + found);
  }
  for (; i < count; ++i) {
    if (!(rows.score[i] + rows.along[i] * test.along + rows.across[i] * test.across >= test.floor)) continue;
    const auto age = static_cast<size_t>(moves.newest - recent.stamp[i]);
    if (age < moves.along.size() &&
        !(recent.score[i] + rows.along[i] * moves.along[age] + rows.across[i] * moves.across[age] >= test.floor)) {
      continue;
    }
    out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

#if HWY_TARGET <= HWY_AVX3_DL
// The target has the instruction, but this Highway does not say so to the compiler.
#define DECANT_VNNI __attribute__((target("avx512vnni")))
/// Four rows at once with the instruction made for it, the rows of `next` fetched meanwhile.
DECANT_VNNI HWY_INLINE void coded_block(const uint8_t* const* rows, const uint8_t* const* next, size_t stride, const int8_t* query,
                                        int32_t* out) {
  __m512i sums[4];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (size_t k = 0; k < stride; k += 64) {
    const __m512i factor = _mm512_loadu_si512(query + k);
    for (size_t r = 0; r < 4; ++r) {
      hwy::Prefetch(next[r] + k);
      sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_loadu_si512(rows[r] + k), factor);
    }
  }
  // Sixteen lanes of four rows to one lane each: a transposition and additions.
  const __m512i low01 = _mm512_unpacklo_epi32(sums[0], sums[1]);
  const __m512i high01 = _mm512_unpackhi_epi32(sums[0], sums[1]);
  const __m512i low23 = _mm512_unpacklo_epi32(sums[2], sums[3]);
  const __m512i high23 = _mm512_unpackhi_epi32(sums[2], sums[3]);
  const __m512i even = _mm512_add_epi32(low01, high01);  // 0 1 0 1 in each quarter
  const __m512i odd = _mm512_add_epi32(low23, high23);
  const __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(even, odd), _mm512_unpackhi_epi64(even, odd));
  const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  const __m128i quarter = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), quarter);
}
#else
#define DECANT_VNNI
HWY_INLINE void coded_block(const uint8_t* const* rows, const uint8_t* const* next, size_t stride, const int8_t* query, int32_t* out) {
  const hn::ScalableTag<int16_t> d16;
  const hn::Rebind<uint8_t, decltype(d16)> u8;
  const hn::Rebind<int8_t, decltype(d16)> i8;
  const hn::RepartitionToWide<decltype(d16)> d32;
  const size_t lanes = hn::Lanes(d16);
  for (size_t r = 0; r < 4; ++r) {
    auto even = hn::Zero(d32);
    auto odd = hn::Zero(d32);
    for (size_t k = 0; k < stride; k += lanes) {
      if (k % 64 == 0) hwy::Prefetch(next[r] + k);
      const auto code = hn::PromoteTo(d16, hn::LoadU(u8, rows[r] + k));
      even = hn::ReorderWidenMulAccumulate(d32, code, hn::PromoteTo(d16, hn::LoadU(i8, query + k)), even, odd);
    }
    out[r] = hn::GetLane(hn::SumOfLanes(d32, hn::Add(even, odd)));
  }
}
#endif

DECANT_VNNI void coded_dots(const uint8_t* codes, size_t stride, const int32_t* index, size_t count, const int8_t* query, int32_t* out) {
  int32_t bias = 0;
  for (size_t k = 0; k < stride; ++k) bias += 128 * query[k];
  const size_t last = count - 1;
  const auto row = [=](size_t i) HWY_ATTR { return codes + static_cast<size_t>(index[i < last ? i : last]) * stride; };
  for (size_t i = 0; i < count; i += 4) {
    const uint8_t* const now[4] = {row(i), row(i + 1), row(i + 2), row(i + 3)};
    const uint8_t* const next[4] = {row(i + 4), row(i + 5), row(i + 6), row(i + 7)};
    std::array<int32_t, 4> sums;
    coded_block(now, next, stride, query, sums.data());
    for (size_t r = 0; r < 4 && i + r < count; ++r) out[i + r] = sums[r] - bias;
  }
}
#undef DECANT_VNNI

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(rows_above);
HWY_EXPORT(rows_above_recent);
HWY_EXPORT(coded_dots);

}  // namespace

size_t rows_above(const BoundColumns& rows, std::span<const BoundTest> tests, std::span<int32_t> out) {
  return HWY_DYNAMIC_DISPATCH(rows_above)(rows, tests.data(), tests.size(), out.data());
}

size_t rows_above_plain(const BoundColumns& rows, std::span<const BoundTest> tests, std::span<int32_t> out) {
  size_t found = 0;
  for (size_t i = 0; i < rows.score.size(); ++i) {
    const bool any = std::any_of(tests.begin(), tests.end(), [&](const BoundTest& test) {
      return rows.score[i] + rows.along[i] * test.along + rows.across[i] * test.across >= test.floor;
    });
    if (any) out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

size_t rows_above(const BoundColumns& rows, const BoundTest& test, const RecentColumns& recent, const RecentMoves& moves,
                  std::span<int32_t> out) {
  return HWY_DYNAMIC_DISPATCH(rows_above_recent)(rows, test, recent, moves, out.data());
}

size_t rows_above_plain(const BoundColumns& rows, const BoundTest& test, const RecentColumns& recent, const RecentMoves& moves,
                        std::span<int32_t> out) {
  size_t found = 0;
  for (size_t i = 0; i < rows.score.size(); ++i) {
    if (!(rows.score[i] + rows.along[i] * test.along + rows.across[i] * test.across >= test.floor)) continue;
    const auto age = static_cast<size_t>(moves.newest - recent.stamp[i]);
    const bool known = age < moves.along.size();
    if (known && !(recent.score[i] + rows.along[i] * moves.along[age] + rows.across[i] * moves.across[age] >= test.floor)) continue;
    out[found++] = static_cast<int32_t>(i);
  }
  return found;
}

void coded_dots(std::span<const uint8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int8_t> query,
                std::span<int32_t> out) {
  HWY_DYNAMIC_DISPATCH(coded_dots)
  (codes.data(), static_cast<size_t>(stride), index.data(), index.size(), query.data(), out.data());
}

void coded_dots_plain(std::span<const uint8_t> codes, int64_t stride, std::span<const int32_t> index, std::span<const int8_t> query,
                      std::span<int32_t> out) {
  for (size_t i = 0; i < index.size(); ++i) {
    const auto row = codes.subspan(static_cast<size_t>(index[i]) * static_cast<size_t>(stride));
    int32_t sum = 0;
    for (size_t k = 0; k < query.size(); ++k) sum += (int32_t{row[k]} - 128) * query[k];
    out[i] = sum;
  }
}

}  // namespace decant
#endif
