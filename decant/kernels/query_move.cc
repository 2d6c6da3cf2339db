#include "decant/kernels/query_move.h"

// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decant/kernels/query_move.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace decant::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kParts = 8 / kLanes;
constexpr double kRounder = 0x1.8p52;  // adding and taking it away rounds to the nearest integer

/// Eight running values, in as many vectors as this machine needs.
struct Lanes {
  V part[kParts];
  Lanes() {
    for (auto& p : part) p = hn::Zero(D());
  }
  /// The lanes as numbers, the values past the last block of eight included by add(lane value,
  /// index).
  template <class Add>
  HWY_INLINE std::array<double, 8> with_rest(size_t from, size_t count, Add add) const {
    HWY_ALIGN std::array<double, 8> lanes;
    for (size_t p = 0; p < kParts; ++p) hn::Store(part[p], D(), lanes.data() + p * kLanes);
    for (size_t k = from; k < count; ++k) lanes[k - from] = add(lanes[k - from], k);
    return lanes;
  }
};

HWY_INLINE double tree_sum(std::array<double, 8> lanes) {
  for (size_t half = 4; half >= 1; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

double along(const double* to, const double* from, const double* direction, size_t count) {
  const D d;
  Lanes sums;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      const V delta = hn::Sub(hn::LoadU(d, to + at), hn::LoadU(d, from + at));
      sums.part[p] = hn::Add(sums.part[p], hn::Mul(delta, hn::LoadU(d, direction + at)));
    }
  }
  return tree_sum(sums.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR { return sum + (to[i] - from[i]) * direction[i]; }));
}

template <bool kDirection>
HWY_INLINE void stretch_of(const double* to, const double* from, const double* direction, size_t count, double* along, double* squared) {
  const D d;
  Lanes sums;
  Lanes squares;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      const V delta = hn::Sub(hn::LoadU(d, to + at), hn::LoadU(d, from + at));
      if constexpr (kDirection) sums.part[p] = hn::Add(sums.part[p], hn::Mul(delta, hn::LoadU(d, direction + at)));
      squares.part[p] = hn::Add(squares.part[p], hn::Mul(delta, delta));
    }
  }
  const auto rest = [=](double sum, size_t i) HWY_ATTR { return kDirection ? sum + (to[i] - from[i]) * direction[i] : sum; };
  *along = tree_sum(sums.with_rest(k, count, rest));
  *squared =
      tree_sum(squares.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR { return sum + (to[i] - from[i]) * (to[i] - from[i]); }));
}

void stretch(const double* to, const double* from, const double* direction, size_t count, double* along, double* squared) {
  if (direction == nullptr) {
    stretch_of<false>(to, from, direction, count, along, squared);
  } else {
    stretch_of<true>(to, from, direction, count, along, squared);
  }
}

/// out = (to − from) − along·direction, the last term left out without a direction; ‖out‖².
template <bool kDirection>
HWY_INLINE double across_of(const double* to, const double* from, const double* direction, double along, size_t count, double* out) {
  const D d;
  const V beta = hn::Set(d, along);
  Lanes sums;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      V rest = hn::Sub(hn::LoadU(d, to + at), hn::LoadU(d, from + at));
      if constexpr (kDirection) rest = hn::Sub(rest, hn::Mul(beta, hn::LoadU(d, direction + at)));
      hn::StoreU(rest, d, out + at);
      sums.part[p] = hn::Add(sums.part[p], hn::Mul(rest, rest));
    }
  }
  return tree_sum(sums.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR {
    out[i] = to[i] - from[i];
    if constexpr (kDirection) out[i] -= along * direction[i];
    return sum + out[i] * out[i];
  }));
}

double across(const double* to, const double* from, const double* direction, double along, size_t count, double* out) {
  return direction == nullptr ? across_of<false>(to, from, direction, along, count, out)
                              : across_of<true>(to, from, direction, along, count, out);
}

void measure(const double* values, size_t count, double* largest, double* sum) {
  const D d;
  Lanes tops;
  Lanes sums;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const V size = hn::Abs(hn::LoadU(d, values + k + p * kLanes));
      tops.part[p] = hn::Max(tops.part[p], size);
      sums.part[p] = hn::Add(sums.part[p], size);
    }
  }
  const auto top = tops.with_rest(k, count, [=](double most, size_t i) HWY_ATTR { return std::max(most, std::abs(values[i])); });
  *largest = *std::max_element(top.begin(), top.end());
  *sum = tree_sum(sums.with_rest(k, count, [=](double sum_, size_t i) HWY_ATTR { return sum_ + std::abs(values[i]); }));
}

double to_integers(const double* values, double inverse, double step, size_t count, int8_t* out) {
  const D d;
  const hn::Rebind<int32_t, D> i32;
  const hn::Rebind<int8_t, D> i8;
  const V rounder = hn::Set(d, kRounder);
  Lanes sums;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      const V value = hn::LoadU(d, values + at);
      const V whole = hn::Sub(hn::Add(hn::Mul(value, hn::Set(d, inverse)), rounder), rounder);
      hn::StoreU(hn::DemoteTo(i8, hn::DemoteTo(i32, whole)), i8, out + at);
      const V rest = hn::Sub(value, hn::Mul(hn::Set(d, step), whole));
      sums.part[p] = hn::Add(sums.part[p], hn::Mul(rest, rest));
    }
  }
  return tree_sum(sums.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR {
    const double whole = (values[i] * inverse + kRounder) - kRounder;
    out[i] = static_cast<int8_t>(whole);
    const double rest = values[i] - step * whole;
    return sum + rest * rest;
  }));
}

double dot_of(const double* a, const double* b, size_t count) {
  const D d;
  Lanes sums;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      sums.part[p] = hn::Add(sums.part[p], hn::Mul(hn::LoadU(d, a + at), hn::LoadU(d, b + at)));
    }
  }
  return tree_sum(sums.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR { return sum + a[i] * b[i]; }));
}

HWY_INLINE V deviation(const float* x, V scale, const double* mean) {
  const D d;
  return hn::Sub(hn::Mul(scale, hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), x))), hn::LoadU(d, mean));
}

double row_extent(const float* x, double scale, const double* mean, size_t count) {
  const V factor = hn::Set(D(), scale);
  Lanes tops;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      tops.part[p] = hn::Max(tops.part[p], hn::Abs(deviation(x + at, factor, mean + at)));
    }
  }
  const auto top = tops.with_rest(
      k, count, [=](double most, size_t i) HWY_ATTR { return std::max(most, std::abs(scale * static_cast<double>(x[i]) - mean[i])); });
  return *std::max_element(top.begin(), top.end());
}

void row_to_integers(const float* x, double scale, const double* mean, double inverse, double step, size_t count, uint8_t* out,
                     double* squared, double* missed) {
  const D d;
  const hn::Rebind<int32_t, D> i32;
  const hn::Rebind<uint8_t, D> u8;
  const V factor = hn::Set(d, scale);
  const V rounder = hn::Set(d, kRounder);
  Lanes squares;
  Lanes misses;
  size_t k = 0;
  for (; k + 8 <= count; k += 8) {
    for (size_t p = 0; p < kParts; ++p) {
      const size_t at = k + p * kLanes;
      const V y = deviation(x + at, factor, mean + at);
      const V whole = hn::Sub(hn::Add(hn::Mul(y, hn::Set(d, inverse)), rounder), rounder);
      hn::StoreU(hn::DemoteTo(u8, hn::Add(hn::DemoteTo(i32, whole), hn::Set(i32, 128))), u8, out + at);
      const V rest = hn::Sub(y, hn::Mul(hn::Set(d, step), whole));
      squares.part[p] = hn::Add(squares.part[p], hn::Mul(y, y));
      misses.part[p] = hn::Add(misses.part[p], hn::Mul(rest, rest));
    }
  }
  const auto y_at = [=](size_t i) HWY_ATTR { return scale * static_cast<double>(x[i]) - mean[i]; };
  *squared = tree_sum(squares.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR { return sum + y_at(i) * y_at(i); }));
  *missed = tree_sum(misses.with_rest(k, count, [=](double sum, size_t i) HWY_ATTR {
    const double whole = (y_at(i) * inverse + kRounder) - kRounder;
    out[i] = static_cast<uint8_t>(whole + 128);
    const double rest = y_at(i) - step * whole;
    return sum + rest * rest;
  }));
}

}  // namespace decant::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace decant {
namespace {

HWY_EXPORT(along);
HWY_EXPORT(across);
HWY_EXPORT(measure);
HWY_EXPORT(stretch);
HWY_EXPORT(to_integers);
HWY_EXPORT(dot_of);
HWY_EXPORT(row_extent);
HWY_EXPORT(row_to_integers);

double plain_tree(std::array<double, 8>& lanes) {
  for (size_t half = 4; half >= 1; half /= 2) {
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

double inverse_of(double step) {
  return step > 0x1p-500 ? 1 / step : 0;
}

}  // namespace

SplitMove split_move(std::span<const double> to, std::span<const double> from, std::span<const double> direction,
                     std::span<double> across) {
  SplitMove split;
  if (!direction.empty()) split.along = HWY_DYNAMIC_DISPATCH(along)(to.data(), from.data(), direction.data(), to.size());
  const double* const unit = direction.empty() ? nullptr : direction.data();
  split.across_squared = HWY_DYNAMIC_DISPATCH(across)(to.data(), from.data(), unit, split.along, to.size(), across.data());
  return split;
}

SplitMove split_move_plain(std::span<const double> to, std::span<const double> from, std::span<const double> direction,
                           std::span<double> across) {
  std::array<double, 8> along{};
  std::array<double, 8> squared{};
  for (size_t k = 0; k < direction.size(); ++k) along[k % 8] += (to[k] - from[k]) * direction[k];
  SplitMove split;
  split.along = plain_tree(along);
  for (size_t k = 0; k < to.size(); ++k) {
    across[k] = to[k] - from[k];
    if (!direction.empty()) across[k] -= split.along * direction[k];
    squared[k % 8] += across[k] * across[k];
  }
  split.across_squared = plain_tree(squared);
  return split;
}

Stretch measure_move(std::span<const double> to, std::span<const double> from, std::span<const double> direction) {
  Stretch result;
  const double* const unit = direction.empty() ? nullptr : direction.data();
  HWY_DYNAMIC_DISPATCH(stretch)(to.data(), from.data(), unit, to.size(), &result.along, &result.squared);
  return result;
}

Stretch measure_move_plain(std::span<const double> to, std::span<const double> from, std::span<const double> direction) {
  std::array<double, 8> along{};
  std::array<double, 8> squared{};
  for (size_t k = 0; k < to.size(); ++k) {
    const double delta = to[k] - from[k];
    if (!direction.empty()) along[k % 8] += delta * direction[k];
    squared[k % 8] += delta * delta;
  }
  return {plain_tree(along), plain_tree(squared)};
}

Extent extent(std::span<const double> values) {
  Extent result;
  HWY_DYNAMIC_DISPATCH(measure)(values.data(), values.size(), &result.largest, &result.sum);
  return result;
}

Extent extent_plain(std::span<const double> values) {
  Extent result;
  std::array<double, 8> sums{};
  for (size_t k = 0; k < values.size(); ++k) {
    result.largest = std::max(result.largest, std::abs(values[k]));
    sums[k % 8] += std::abs(values[k]);
  }
  result.sum = plain_tree(sums);
  return result;
}

double quantise(std::span<const double> values, double step, std::span<int8_t> out) {
  return HWY_DYNAMIC_DISPATCH(to_integers)(values.data(), inverse_of(step), step, values.size(), out.data());
}

double quantise_plain(std::span<const double> values, double step, std::span<int8_t> out) {
  std::array<double, 8> sums{};
  for (size_t k = 0; k < values.size(); ++k) {
    const double whole = std::nearbyint(values[k] * inverse_of(step));
    out[k] = static_cast<int8_t>(whole);
    const double rest = values[k] - step * whole;
    sums[k % 8] += rest * rest;
  }
  return plain_tree(sums);
}

double dot(std::span<const double> a, std::span<const double> b) {
  return HWY_DYNAMIC_DISPATCH(dot_of)(a.data(), b.data(), a.size());
}

double dot_plain(std::span<const double> a, std::span<const double> b) {
  std::array<double, 8> sums{};
  for (size_t k = 0; k < a.size(); ++k) sums[k % 8] += a[k] * b[k];
  return plain_tree(sums);
}

double largest_deviation(std::span<const float> x, double scale, std::span<const double> mean) {
  return HWY_DYNAMIC_DISPATCH(row_extent)(x.data(), scale, mean.data(), x.size());
}

double largest_deviation_plain(std::span<const float> x, double scale, std::span<const double> mean) {
  double most = 0;
  for (size_t k = 0; k < x.size(); ++k) most = std::max(most, std::abs(scale * static_cast<double>(x[k]) - mean[k]));
  return most;
}

Deviation quantise_row(std::span<const float> x, double scale, std::span<const double> mean, double step, std::span<uint8_t> out) {
  Deviation result;
  HWY_DYNAMIC_DISPATCH(row_to_integers)
  (x.data(), scale, mean.data(), inverse_of(step), step, x.size(), out.data(), &result.squared, &result.missed);
  return result;
}

Deviation quantise_row_plain(std::span<const float> x, double scale, std::span<const double> mean, double step, std::span<uint8_t> out) {
  std::array<double, 8> squared{};
  std::array<double, 8> missed{};
  for (size_t k = 0; k < x.size(); ++k) {
    const double y = scale * static_cast<double>(x[k]) - mean[k];
    const double whole = std::nearbyint(y * inverse_of(step));
    out[k] = static_cast<uint8_t>(whole + 128);
    const double rest = y - step * whole;
    squared[k % 8] += y * y;
    missed[k % 8] += rest * rest;
  }
  return {plain_tree(squared), plain_tree(missed)};
}

}  // namespace decant
#endif
