#include "decant/select/row_codes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"
#include "decant/kernels/score_bounds.h"

namespace decant {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kNormUp = 1 + 0x1p-30;  // makes good for the rounding of a norm
constexpr int64_t kChunk = 2048;

/// The nearest integer of a value below 2⁵¹, in a way that vectorises.
double nearest(double value) {
  return (value + 0x1.8p52) - 0x1.8p52;
}

/// ‖values‖, never less than the true one.
double length_above(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum) * kNormUp;
}

}  // namespace

RowCodes::RowCodes(const LinearPool& pool, const Context& context) : stride_((pool.width() + 63) / 64 * 64) {
  const auto count = static_cast<size_t>(pool.size());
  mean_.assign(static_cast<size_t>(pool.width()), 0.0);
  for (int32_t i = 0; i < pool.size(); ++i) {
    const double share = pool.scale(i) / static_cast<double>(count);
    add_scaled(mean_, share, pool.values(i));
    longest_ = std::max(longest_, pool.scale(i) * std::sqrt(pool.squared_norm(i)) * kNormUp);
  }
  codes_.resize(count * static_cast<size_t>(stride_));
  step_.resize(count);
  error_.resize(count);
  reach_.resize(count);
  parallel_for(context, pool.size(), kChunk, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<int32_t>(begin); i < end; ++i) encode_row(pool, i);
  });
  for (size_t i = 0; i < count; ++i) {
    typical_ += error_[i] / static_cast<double>(count);
    furthest_ = std::max(furthest_, reach_[i]);
  }
  reach_ = {};
}

void RowCodes::encode_row(const LinearPool& pool, int32_t row) {
  const auto values = pool.values(row);
  const double scale = pool.scale(row);
  const auto at = static_cast<size_t>(row);
  int8_t* const code = codes_.data() + at * static_cast<size_t>(stride_);
  double largest = 0;
  for (size_t k = 0; k < values.size(); ++k) {
    largest = std::max(largest, std::abs(scale * static_cast<double>(values[k]) - mean_[k]));
  }
  const double step = largest / 127;
  const double inverse = step > 0x1p-500 ? 1 / step : 0;
  double reach = 0;
  double missed = 0;
  for (size_t k = 0; k < values.size(); ++k) {
    const double y = scale * static_cast<double>(values[k]) - mean_[k];
    const double rounded = nearest(y * inverse);
    code[k] = static_cast<int8_t>(rounded);
    const double rest = y - step * rounded;
    reach += y * y;
    missed += rest * rest;
  }
  const double rounding = 16 * kUnit * (longest_ + 1e-300);
  const double error = std::sqrt(missed) * kNormUp + rounding;
  step_[at] = step;
  error_[at] = error;
  reach_[at] = std::sqrt(reach) * kNormUp + rounding + error;
}

void RowCodes::encode(std::span<const double> r, CodedQuery& query) const {
  query.values.resize(static_cast<size_t>(stride_));
  double largest = 0;
  double sum = 0;
  query.mean = 0;
  for (size_t k = 0; k < r.size(); ++k) {
    largest = std::max(largest, std::abs(r[k]));
    sum += std::abs(r[k]);
    query.mean += r[k] * mean_[k];
  }
  query.length = length_above(r);
  query.step = std::max(largest / 32767, sum / 7e6);
  const double inverse = query.step > 0x1p-500 ? 1 / query.step : 0;
  double missed = 0;
  for (size_t k = 0; k < r.size(); ++k) {
    const double rounded = nearest(r[k] * inverse);
    query.values[k] = static_cast<int16_t>(rounded);
    const double rest = r[k] - query.step * rounded;
    missed += rest * rest;
  }
  query.error = furthest_ * (std::sqrt(missed) * kNormUp + 16 * kUnit * query.length);
}

void RowCodes::products(std::span<const int32_t> rows, const CodedQuery& query, std::span<double> out) const {
  std::array<int32_t, 256> integers;
  for (size_t begin = 0; begin < rows.size(); begin += integers.size()) {
    const auto part = rows.subspan(begin, std::min(integers.size(), rows.size() - begin));
    coded_dots(codes_, stride_, part, query.values, integers);
    for (size_t i = 0; i < part.size(); ++i) {
      out[begin + i] = query.mean + step_[static_cast<size_t>(part[i])] * query.step * static_cast<double>(integers[i]);
    }
  }
}

}  // namespace decant
