#include "decant/patches/importance.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::patches {
namespace {

constexpr int64_t kSizesAsked = 16;

bool is_small(ImageSize size) {
  return std::max(size.width, size.height) <= kSmallPicture;
}

/// Which part of each of `side` strips of equal width lies between two edges, in strips.
std::vector<double> overlaps(double low, double high, int side) {
  std::vector<double> parts(static_cast<size_t>(side));
  for (int i = 0; i < side; ++i)
    parts[static_cast<size_t>(i)] = std::max(0.0, std::min(high, static_cast<double>(i + 1)) - std::max(low, static_cast<double>(i)));
  return parts;
}

double mean_within(std::span<const float> map, int side, const PatchGrid& grid, const PatchRect& rect) {
  const double across = static_cast<double>(side) / grid.width();
  const double down = static_cast<double>(side) / grid.height();
  const std::vector<double> x = overlaps(rect.left * across, rect.right * across, side);
  const std::vector<double> y = overlaps(rect.top * down, rect.bottom * down, side);
  double sum = 0;
  for (size_t r = 0; r < y.size(); ++r) {
    for (size_t c = 0; c < x.size(); ++c) sum += y[r] * x[c] * static_cast<double>(map[r * x.size() + c]);
  }
  return sum / (rect.width() * across * rect.height() * down);
}

}  // namespace

void normalise_map(std::span<float> map) {
  double sum = 0;
  for (const float value : map) sum += static_cast<double>(value);
  if (sum <= 0) {
    std::ranges::fill(map, 1.0F);
    return;
  }
  const double mean = sum / static_cast<double>(map.size());
  for (float& value : map) value = static_cast<float>(static_cast<double>(value) / mean);
}

std::vector<int64_t> rows_asked(const ImportanceJob& job) {
  std::vector<int64_t> all(job.chosen.begin(), job.chosen.end());
  if (all.empty()) {
    all.resize(static_cast<size_t>(job.rows->size()));
    std::iota(all.begin(), all.end(), int64_t{0});
  }
  std::vector<int64_t> asked;
  std::ranges::set_difference(all, job.bad, std::back_inserter(asked));
  return asked;
}

void importance_maps(const ImportanceMethod& method, const ImportanceJob& job, MatrixView<float> out, const Context& context) {
  DECANT_CHECK(job.side >= 1 && job.side <= kLargestMapSide, ==, true);
  DECANT_CHECK(out.rows, ==, job.rows->size());
  DECANT_CHECK(out.cols, ==, int64_t{job.side} * job.side);
  require_pictures(*job.rows);
  for (int64_t row = 0; row < out.rows; ++row) std::ranges::fill(out[row], 1.0F);
  method.fill(job, out, context);
  for (const int64_t row : rows_asked(job)) normalise_map(out[row]);
}

int map_side(const Rows& rows, std::span<const int64_t> bad) {
  const Pictures& pictures = require_pictures(rows);
  if (const auto fixed = pictures.fixed_size()) return is_small(*fixed) ? kSmallMapSide : kMapSide;
  const int64_t step = std::max<int64_t>(1, rows.size() / kSizesAsked);
  Image picture;
  for (int64_t row = 0; row < rows.size(); row += step) {
    if (std::ranges::binary_search(bad, row)) continue;
    pictures.decode(row, picture);
    if (!is_small(picture.size)) return kMapSide;
  }
  return kSmallMapSide;
}

std::vector<float> cell_importance(std::span<const float> map, int side, const PatchGrid& grid) {
  DECANT_CHECK(std::ssize(map), ==, int64_t{side} * side);
  if (grid.columns() == side && grid.rows() == side) return {map.begin(), map.end()};
  std::vector<float> cells(static_cast<size_t>(grid.count()));
  for (int cell = 0; cell < grid.count(); ++cell)
    cells[static_cast<size_t>(cell)] = static_cast<float>(mean_within(map, side, grid, grid.pixels(cell)));
  return cells;
}

}  // namespace decant::patches
