#include "decant/select/methods/pool_rows.h"

#include <algorithm>
#include <cmath>

#include "decant/base/parallel.h"
#include "decant/kernels/dot.h"

namespace decant {
namespace {

constexpr int64_t kRowsAtOnce = 1024;

}  // namespace

PoolRows::PoolRows(const Features& features, std::span<const int64_t> rows, const Context& context)
    : width_(features.width()), lines_(rows.size()), scales_(rows.size()) {
  const auto line = [&](HugeArray<float>& table, int64_t place) { return table.data() + place * width_; };
  const auto values = rows.size() * static_cast<size_t>(width_);
  if (!features.is_stored_float32()) copy_.resize(values);
  unit_.resize(values);
  parallel_for(context, size(), kRowsAtOnce, [&](int64_t begin, int64_t end) {
    for (int64_t place = begin; place < end; ++place) {
      const auto at = static_cast<size_t>(place);
      if (features.is_stored_float32()) {
        lines_[at] = features.stored_row(rows[at]);
      } else {
        features.copy_row(rows[at], {line(copy_, place), static_cast<size_t>(width_)});
        lines_[at] = line(copy_, place);
      }
      const auto x = row(place);
      const double squared = dot(x, x);
      const double scale = scales_[at] = squared > 0 ? 1 / std::sqrt(squared) : 0;
      std::ranges::transform(x, line(unit_, place), [&](float value) { return static_cast<float>(scale * static_cast<double>(value)); });
    }
  });
}

std::vector<double> PoolRows::query(int64_t place) const {
  const auto x = row(place);
  return {x.begin(), x.end()};
}

void PoolRows::cosines(int64_t place, std::span<const double> query, int64_t first, std::span<double> out) const {
  dot_rows(std::span(lines_).subspan(static_cast<size_t>(first), out.size()), query, out);
  for (size_t k = 0; k < out.size(); ++k) out[k] *= scales_[static_cast<size_t>(first) + k] * scale(place);
}

void PoolRows::cosines(int64_t place, std::span<const double> query, std::span<const int32_t> places, std::span<double> out) const {
  std::vector<const float*> lines(places.size());
  std::ranges::transform(places, lines.begin(), [&](int32_t other) { return lines_[static_cast<size_t>(other)]; });
  dot_rows(lines, query, out);
  for (size_t k = 0; k < out.size(); ++k) out[k] *= scale(places[k]) * scale(place);
}

double PoolRows::error() const {
  const auto width = static_cast<double>(width_);
  return 1.1 * (width + 8) * 0x1p-24 + 1e-37 * width;
}

}  // namespace decant
