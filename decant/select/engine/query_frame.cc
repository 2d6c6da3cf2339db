#include "decant/select/engine/query_frame.h"

#include <algorithm>
#include <cmath>

#include "decant/kernels/query_move.h"

namespace decant {
namespace {

constexpr double kUp = 1 + 0x1p-20;

double length_of(std::span<const double> values) {
  return std::sqrt(dot(values, values));
}

}  // namespace

QueryFrame::QueryFrame(const LinearPool& pool)
    : pool_(pool), extra_(pool.form().squared_norm), rounding_(64 * 0x1p-53 * static_cast<double>(pool.width() + 16)) {
  double longest_row = 0;
  const auto own_end = pool.first() + pool.own();
  for (int32_t i = pool.first(); i < own_end; ++i) longest_row = std::max(longest_row, pool.length_squared(i));
  longest_row = max_all(pool.ranks(), longest_row);
  if (extra_ && longest_row > 0) kappa_ = std::ldexp(1.0, -(std::ilogb(longest_row) / 2 + 1));
  for (int32_t i = pool.first(); i < own_end; ++i) longest_ = std::max(longest_, length_squared(i));
  longest_ = std::sqrt(max_all(pool.ranks(), longest_)) * kUp;
}

double QueryFrame::length_squared(int32_t row) const {
  return pool_.length_squared(row) + extra(row) * extra(row);
}

double QueryFrame::across(int32_t row, double along) const {
  const double squared = length_squared(row);
  return std::sqrt(std::max(0.0, squared - along * along) + rounding_ * squared) * kUp;
}

void QueryFrame::here(QueryPoint& point) const {
  point.values.assign(pool_.query().begin(), pool_.query().end());
  if (extra_) point.values.push_back(pool_.tau() / kappa_);
  point.length = length_of(point.values) * kUp;
}

void QueryFrame::move(const QueryPoint& from, const QueryPoint& to, Move& move) const {
  move.r.resize(to.values.size());
  const SplitMove split = split_move(to.values, from.values, direction_, move.r);
  move.along = split.along;
  move.across = std::sqrt(split.across_squared) * kUp;
}

QueryFrame::Distance QueryFrame::distance(const QueryPoint& from, const QueryPoint& to) const {
  const Stretch way = measure_move(to.values, from.values, direction_);
  const double across = std::max(0.0, way.squared - way.along * way.along) + rounding_ * way.squared;
  return {way.along, std::sqrt(across) * kUp};
}

void QueryFrame::scores_at(const QueryPoint& point, std::span<const int32_t> rows, std::span<double> out) const {
  const auto width = static_cast<size_t>(pool_.width());
  const double tau = extra_ ? point.values[width] * kappa_ : 0;
  pool_.scores_at(std::span(point.values).first(width), tau, rows, out);
}

void QueryFrame::set_direction(const QueryPoint& point) {
  direction_.clear();
  const double length = length_of(point.values);
  if (!(length > 1e-150)) return;
  direction_length_ = length;
  direction_ = point.values;
  for (double& value : direction_) value /= length;
}

}  // namespace decant
