#include "decant/select/row_codes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "decant/base/parallel.h"
#include "decant/kernels/query_move.h"
#include "decant/kernels/score_bounds.h"

namespace decant {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kNormUp = 1 + 0x1p-30;  // makes good for the rounding of a norm
constexpr int64_t kChunk = 2048;

/// The next float32 above.
float float_above(double value) {
  return static_cast<float>(value * (1 + 0x1p-22)) + 0x1p-149F;
}

}  // namespace

void CodeBlock::gather(const CodeBlock& from, std::span<const int32_t> rows, const Context& context) {
  stride = from.stride;
  codes.resize(rows.size() * static_cast<size_t>(stride));
  step.resize(rows.size());
  error.resize(rows.size());
  parallel_for(context, static_cast<int64_t>(rows.size()), kChunk, [&](int64_t begin, int64_t end) {
    for (auto to = static_cast<size_t>(begin); to < static_cast<size_t>(end); ++to) {
      const auto row = static_cast<size_t>(rows[to]);
      std::memcpy(codes.data() + to * static_cast<size_t>(stride), from.codes.data() + row * static_cast<size_t>(stride),
                  static_cast<size_t>(stride));
      step[to] = from.step[row];
      error[to] = from.error[row];
    }
  });
}

void CodeBlock::products(std::span<const int32_t> rows, const CodedQuery& query, std::span<double> out) const {
  std::array<int32_t, 256> integers;
  for (size_t begin = 0; begin < rows.size(); begin += integers.size()) {
    const auto part = rows.subspan(begin, std::min(integers.size(), rows.size() - begin));
    coded_dots(codes.span(), stride, part, query.values, integers);
    for (size_t i = 0; i < part.size(); ++i) {
      const double unit = static_cast<double>(step[static_cast<size_t>(part[i])]) * query.step;
      out[begin + i] = query.mean + unit * static_cast<double>(integers[i]);
    }
  }
}

RowCodes::RowCodes(const LinearPool& pool, const Context& context, double coarseness) {
  const auto count = static_cast<size_t>(pool.size());
  rows_.stride = (pool.width() + 63) / 64 * 64;
  {
    std::vector<int32_t> everyone(count);
    std::iota(everyone.begin(), everyone.end(), 0);
    mean_ = pool.sum(everyone);
  }
  for (double& value : mean_) value /= static_cast<double>(std::max<size_t>(count, 1));
  for (int32_t i = 0; i < pool.size(); ++i) longest_ = std::max(longest_, std::sqrt(pool.length_squared(i)) * kNormUp);
  rows_.codes.resize(count * static_cast<size_t>(rows_.stride));
  rows_.step.resize(count);
  rows_.error.resize(count);
  const auto chunks = static_cast<size_t>((pool.size() + kChunk - 1) / kChunk);
  std::vector<double> furthest(chunks, 0.0);
  parallel_for(context, pool.size(), kChunk, [&](int64_t begin, int64_t end) {
    double& most = furthest[static_cast<size_t>(begin / kChunk)];
    std::vector<float> scratch;
    for (auto i = static_cast<int32_t>(begin); i < end; ++i) most = std::max(most, encode_row(pool, i, coarseness, scratch));
  });
  for (const double most : furthest) furthest_ = std::max(furthest_, most);
  for (const float error : rows_.error) typical_ += static_cast<double>(error) / static_cast<double>(count);
}

/// Returns ‖y‖ + ε, not less than the true one.
double RowCodes::encode_row(const LinearPool& pool, int32_t row, double coarseness, std::vector<float>& scratch) {
  const auto values = pool.values(row, scratch);
  const double scale = pool.scale(row);
  const auto at = static_cast<size_t>(row);
  const auto code = std::span(rows_.codes.data() + at * static_cast<size_t>(rows_.stride), static_cast<size_t>(rows_.stride));
  rows_.step[at] = float_above(largest_deviation(values, scale, mean_) / 127 * coarseness);
  const Deviation deviation = quantise_row(values, scale, mean_, static_cast<double>(rows_.step[at]), code);
  std::fill(code.begin() + pool.width(), code.end(), uint8_t{128});
  const double rounding = 16 * kUnit * (longest_ + 1e-300);
  rows_.error[at] = float_above(std::sqrt(deviation.missed) * kNormUp + rounding);
  return std::sqrt(deviation.squared) * kNormUp + rounding + static_cast<double>(rows_.error[at]);
}

void RowCodes::encode(std::span<const double> r, double length, CodedQuery& query) const {
  query.values.resize(static_cast<size_t>(rows_.stride));
  query.mean = dot(r, mean_);
  const Extent size = extent(r);
  query.step = std::max(size.largest / 127, size.sum / 7e6);
  const double missed = quantise(r, query.step, query.values);
  query.length = length;
  query.error = furthest_ * (std::sqrt(missed) * kNormUp + 16 * kUnit * length);
}

}  // namespace decant
