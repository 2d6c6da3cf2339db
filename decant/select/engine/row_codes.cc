#include "decant/select/engine/row_codes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/parallel.h"
#include "decant/kernels/query_move.h"
#include "decant/kernels/score_bounds.h"

namespace decant {
namespace {

constexpr double kUnit = 0x1p-53;
constexpr double kNormUp = 1 + 0x1p-30;  // makes good for the rounding of a norm
constexpr int64_t kChunk = 2048;

}  // namespace

RowCodes::RowCodes(LinearPool& pool, const Context& context, double coarseness) {
  const int32_t own = pool.own();
  const auto count = static_cast<size_t>(own);
  const double everyone = std::max(1, pool.size());
  first_ = pool.first();
  rows_.stride = (pool.width() + 63) / 64 * 64;
  mean_ = pool.sum_of_everyone();
  for (double& value : mean_) value /= everyone;
  for (int32_t i = first_; i < first_ + own; ++i) longest_ = std::max(longest_, std::sqrt(pool.length_squared(i)) * kNormUp);
  longest_ = max_all(pool.ranks(), longest_);
  rows_.codes.resize(count * static_cast<size_t>(rows_.stride));
  rows_.step.resize(count);
  rows_.error.resize(count);
  const auto chunks = static_cast<size_t>((own + kChunk - 1) / kChunk);
  std::vector<double> furthest(chunks, 0.0);
  parallel_for(context, own, kChunk, [&](int64_t begin, int64_t end) {
    double& most = furthest[static_cast<size_t>(begin / kChunk)];
    std::vector<float> scratch;
    for (auto i = static_cast<int32_t>(begin); i < end; ++i) most = std::max(most, encode_row(pool, first_ + i, coarseness, scratch));
  });
  for (const double most : furthest) furthest_ = std::max(furthest_, most);
  furthest_ = max_all(pool.ranks(), furthest_);
  typical_ = sum_all(pool.ranks(), std::accumulate(rows_.error.begin(), rows_.error.end(), 0.0) / everyone);
}

/// Returns ‖y‖ + ε, not less than the true one.
double RowCodes::encode_row(const LinearPool& pool, int32_t row, double coarseness, std::vector<float>& scratch) {
  const auto values = pool.values(row, scratch);
  const double scale = pool.scale(row);
  const auto at = static_cast<size_t>(line(row));
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
