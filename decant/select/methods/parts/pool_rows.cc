#include "decant/select/methods/parts/pool_rows.h"

#include <algorithm>
#include <cmath>

#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

constexpr int64_t kRowsAtOnce = 1024;

}  // namespace

PoolRows::PoolRows(const Features& features, std::span<const int64_t> rows, const Context& context)
    : width_(features.width()), lines_(rows.size()), squares_(rows.size()), scales_(rows.size()) {
  const bool stored = features.is_stored_float32();
  if (!stored) copy_.resize(rows.size() * static_cast<size_t>(width_));
  parallel_for(context, size(), kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t place = begin; place < end; ++place) {
      const auto at = static_cast<size_t>(place);
      float* const copy = stored ? nullptr : copy_.data() + place * width_;
      if (!stored) features.copy_row(rows[at], {copy, static_cast<size_t>(width_)});
      lines_[at] = stored ? features.stored_row(rows[at]) : copy;
      const double squared = squares_[at] = dot(row(place), row(place));
      scales_[at] = squared > 0 ? 1 / std::sqrt(squared) : 0;
    }
  });
}

std::vector<double> PoolRows::query(int64_t place) const {
  const auto x = row(place);
  return {x.begin(), x.end()};
}

void PoolRows::dots(std::span<const double> query, int64_t first, std::span<double> out) const {
  dot_rows(std::span(lines_).subspan(static_cast<size_t>(first), out.size()), query, out);
}

void PoolRows::cosines(int64_t place, std::span<const double> query, int64_t first, std::span<double> out) const {
  dots(query, first, out);
  for (size_t k = 0; k < out.size(); ++k) out[k] *= scales_[static_cast<size_t>(first) + k] * scale(place);
}

void PoolRows::cosines(int64_t place, std::span<const double> query, std::span<const int32_t> places, std::span<double> out) const {
  std::vector<const float*> lines(places.size());
  std::ranges::transform(places, lines.begin(), [&](int32_t other) { return lines_[static_cast<size_t>(other)]; });
  dot_rows(lines, query, out);
  for (size_t k = 0; k < out.size(); ++k) out[k] *= scale(places[k]) * scale(place);
}

UnitRows::UnitRows(const PoolRows& rows, const Context& context) : count_(rows.size()), width_(rows.width()) {
  values_.resize(static_cast<size_t>(count_ * width_));
  parallel_for(context, count_, kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t place = begin; place < end; ++place) {
      const double scale = rows.scale(place);
      std::ranges::transform(rows.row(place), values_.data() + place * width_,
                             [&](float value) { return static_cast<float>(scale * static_cast<double>(value)); });
    }
  });
}

Matrix<float> UnitRows::gather(std::span<const int32_t> places) const {
  Matrix<float> lines(static_cast<int64_t>(places.size()), width_);
  for (size_t k = 0; k < places.size(); ++k) std::ranges::copy(view()[places[k]], lines[static_cast<int64_t>(k)].begin());
  return lines;
}

double cosine_error(int64_t width) {
  return 1.1 * static_cast<double>(width + 8) * 0x1p-24 + 1e-37 * static_cast<double>(width);
}

}  // namespace decant
