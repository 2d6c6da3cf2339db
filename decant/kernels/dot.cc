#include "decant/kernels/dot.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/dot.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/cache_control.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR
// Vectors of unknown length cannot sit in arrays: the plain lanes, as the compiler vectorises them.
constexpr size_t kRows = 1;
template <size_t kCount, class Q>
void dot_block(const float* const* rows, const float* const*, const Q* q, size_t n, double* out) {
  out[0] = dot_plain(std::span(rows[0], n), std::span(q, n));
}
#else
using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kParts = 16 / kLanes;
// Eight or so sums at once hide the latency of an addition and still fit the registers.
constexpr size_t kRows = kLanes >= 8 ? 4 : kLanes >= 4 ? 2 : 1;

template <class T>
HWY_INLINE V load(const T* from) {
  const D d;
  if constexpr (sizeof(T) == sizeof(double)) {
    return hn::LoadU(d, from);
  } else {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), from));
  }
}

/// `next`: the rows after these, to be fetched meanwhile.
template <size_t kCount, class Q>
HWY_INLINE void dot_block(const float* const* rows, const float* const* next, const Q* q, size_t n, double* out) {
  const D d;
  V sums[kCount][kParts];
  for (size_t r = 0; r < kCount; ++r) {
    for (size_t p = 0; p < kParts; ++p) sums[r][p] = hn::Zero(d);
  }
  size_t k = 0;
  for (; k + 16 <= n; k += 16) {
    for (size_t r = 0; r < kCount; ++r) hwy::Prefetch(next[r] + k);
    for (size_t p = 0; p < kParts; ++p) {
      const V query = load(q + k + p * kLanes);
      for (size_t r = 0; r < kCount; ++r) {
        sums[r][p] = hn::Add(sums[r][p], hn::Mul(load(rows[r] + k + p * kLanes), query));
      }
    }
  }
  for (size_t r = 0; r < kCount; ++r) {
    HWY_ALIGN std::array<double, 16> lanes;
    for (size_t p = 0; p < kParts; ++p) hn::Store(sums[r][p], d, lanes.data() + p * kLanes);
    for (size_t j = k; j < n; ++j) lanes[j - k] += static_cast<double>(rows[r][j]) * static_cast<double>(q[j]);
    for (size_t half = 8; half >= 1; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    }
    out[r] = lanes[0];
  }
}
#endif

void dots(const float* const* rows, size_t count, const double* q, size_t n, double* out) {
  std::array<const float*, kRows> next;
  size_t i = 0;
  for (; i + kRows <= count; i += kRows) {
    for (size_t r = 0; r < kRows; ++r) next[r] = rows[std::min(i + kRows + r, count - 1)];
    dot_block<kRows>(rows + i, next.data(), q, n, out + i);
  }
  for (; i < count; ++i) dot_block<1>(rows + i, rows + std::min(i + 1, count - 1), q, n, out + i);
}

void dot_float(const float* x, const float* q, size_t n, double* out) {
  dot_block<1>(&x, &x, q, n, out);
}

void axpy(double* to, double c, const float* x, size_t n) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> f;
  const size_t lanes = hn::Lanes(d);
  const auto scale = hn::Set(d, c);
  size_t k = 0;
  for (; k + lanes <= n; k += lanes) {
    const auto product = hn::Mul(scale, hn::PromoteTo(d, hn::LoadU(f, x + k)));
    hn::StoreU(hn::Add(hn::LoadU(d, to + k), product), d, to + k);
  }
  for (; k < n; ++k) to[k] += c * static_cast<double>(x[k]);
}

void axpy_rows(double* to, const double* c, const float* const* rows, size_t count, size_t n) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> f;
  const size_t lanes = hn::Lanes(d);
  constexpr size_t kTogether = 4;
  size_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    const float* const* row = rows + i;
    const float* const* next = rows + std::min(i + kTogether, count - kTogether);
    size_t k = 0;
    for (; k + lanes <= n; k += lanes) {
      auto sum = hn::LoadU(d, to + k);
      for (size_t r = 0; r < kTogether; ++r) {
        if (k % 16 == 0) hwy::Prefetch(next[r] + k);
        sum = hn::Add(sum, hn::Mul(hn::Set(d, c[i + r]), hn::PromoteTo(d, hn::LoadU(f, row[r] + k))));
      }
      hn::StoreU(sum, d, to + k);
    }
    for (; k < n; ++k) {
      for (size_t r = 0; r < kTogether; ++r) to[k] += c[i + r] * static_cast<double>(row[r][k]);
    }
  }
  for (; i < count; ++i) axpy(to, c[i], rows[i], n);
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(dots);
HWY_EXPORT(dot_float);
HWY_EXPORT(axpy);
HWY_EXPORT(axpy_rows);

template <class Q>
double plain(std::span<const float> x, std::span<const Q> q) {
  std::array<double, 16> lanes{};
  for (size_t k = 0; k < x.size(); ++k) lanes[k % 16] += static_cast<double>(x[k]) * static_cast<double>(q[k]);
  for (size_t half = 8; half >= 1; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

}  // namespace

double dot_plain(std::span<const float> x, std::span<const double> q) {
  return plain(x, q);
}
double dot_plain(std::span<const float> x, std::span<const float> y) {
  return plain(x, y);
}

double dot(std::span<const float> x, std::span<const double> q) {
  const float* row = x.data();
  double out = 0;
  HWY_DYNAMIC_DISPATCH(dots)(&row, 1, q.data(), x.size(), &out);
  return out;
}

double dot(std::span<const float> x, std::span<const float> y) {
  double out = 0;
  HWY_DYNAMIC_DISPATCH(dot_float)(x.data(), y.data(), x.size(), &out);
  return out;
}

void dot_rows(std::span<const float* const> rows, std::span<const double> q, std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(dots)(rows.data(), rows.size(), q.data(), q.size(), out.data());
}

void add_scaled(std::span<double> to, double c, std::span<const float> x) {
  HWY_DYNAMIC_DISPATCH(axpy)(to.data(), c, x.data(), x.size());
}

void add_scaled_rows(std::span<double> to, std::span<const double> c, std::span<const float* const> rows) {
  HWY_DYNAMIC_DISPATCH(axpy_rows)(to.data(), c.data(), rows.data(), rows.size(), to.size());
}

}  // namespace decant
#endif
