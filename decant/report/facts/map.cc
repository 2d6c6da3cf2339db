#include "decant/report/facts/map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/random.h"

namespace decant::report {
namespace {

bool drawable(const RowFacts& rows, MatrixView<const float> map, int64_t row) {
  return rows.bins[static_cast<size_t>(row)] != kNoBin && std::isfinite(map[row][0]) && std::isfinite(map[row][1]);
}

/// One of each of `count` stretches of `pool`.
void draw(const RowList& pool, int64_t count, Random& random, std::vector<int64_t>& out) {
  const auto size = static_cast<int64_t>(pool.size());
  for (int64_t i = 0; i < count; ++i) {
    const int64_t begin = i * size / count;
    const int64_t end = (i + 1) * size / count;
    out.push_back(pool[static_cast<size_t>(begin) + random.below(static_cast<uint64_t>(end - begin))]);
  }
}

struct Frame {
  double left = 0, bottom = 0, width = 1, height = 1;
};

/// From the least to the greatest value, but not far beyond where 998 of 1,000 lie: one far point
/// must not push the others together.
std::pair<double, double> span_of(MatrixView<const float> map, std::span<const int64_t> sample, size_t axis) {
  std::vector<double> values;
  for (const int64_t row : sample) values.push_back(double{map[row][axis]});
  std::sort(values.begin(), values.end());
  const size_t cut = values.size() / 1000;
  const double low = values[cut];
  const double high = values[values.size() - 1 - cut];
  const double margin = (high - low) / 4;
  return {std::max(values.front(), low - margin), std::min(values.back(), high + margin)};
}

/// The box that is drawn, between square and twice as wide as high.
Frame frame_of(MatrixView<const float> map, std::span<const int64_t> sample) {
  const auto [left, right] = span_of(map, sample, 0);
  const auto [bottom, top] = span_of(map, sample, 1);
  const double width = std::max({right - left, top - bottom, 1e-30});
  const double height = std::max(top - bottom, width / 2);
  return {(left + right - width) / 2, (bottom + top - height) / 2, width, height};
}

uint16_t quantised(double value, double origin, double extent) {
  return static_cast<uint16_t>(std::lround(std::clamp((value - origin) / extent, 0.0, 1.0) * 65535));
}

uint16_t small(int32_t number) {
  return number < 0 || number > 65534 ? 65535 : static_cast<uint16_t>(number);
}

std::vector<std::string> names_of(const Dataset* source) {
  std::vector<std::string> names;
  const int count = source == nullptr ? 0 : std::min(class_count(*source), 5000);
  for (int32_t label = 0; label < count; ++label) names.push_back(class_name(source->classes, label));
  return names;
}

}  // namespace

std::vector<int64_t> sample_rows(const RowFacts& rows, MatrixView<const float> map, int64_t most, uint64_t seed) {
  RowList pools[2];
  for (int64_t row = 0; row < map.rows; ++row) {
    if (drawable(rows, map, row)) pools[rows.kept[static_cast<size_t>(row)]].push_back(row);
  }
  const auto left_out = static_cast<int64_t>(pools[0].size());
  const auto kept = static_cast<int64_t>(pools[1].size());
  const int64_t count = std::min(most, kept + left_out);
  if (count == 0) return {};
  const auto exact = static_cast<double>(count) * static_cast<double>(kept) / static_cast<double>(kept + left_out);
  const int64_t from_kept = std::clamp(int64_t{std::llround(exact)}, std::max(int64_t{0}, count - left_out), std::min(count, kept));
  Random random(seed, "report map");
  std::vector<int64_t> sample;
  draw(pools[1], from_kept, random, sample);
  draw(pools[0], count - from_kept, random, sample);
  std::sort(sample.begin(), sample.end());
  return sample;
}

MapFacts place_points(const ReportInput& input, const RowFacts& rows, std::vector<int64_t> sample) {
  const Frame frame = frame_of(input.map, sample);
  MapFacts map{
      .bin_count = rows.bin_count, .aspect = std::round(1000 * frame.height / frame.width) / 1000, .names = names_of(input.source)};
  for (const int64_t row : sample) {
    const auto i = static_cast<size_t>(row);
    map.x.push_back(quantised(double{input.map[row][0]}, frame.left, frame.width));
    map.y.push_back(quantised(double{input.map[row][1]}, frame.bottom, frame.height));
    map.bins.push_back(small(rows.bins[i]));
    if (input.source) map.classes.push_back(small(input.source->train().label(row)));
    map.kept.push_back(rows.kept[i]);
  }
  map.rows = std::move(sample);
  return map;
}

std::optional<MapFacts> map_facts(const ReportInput& input, const RowFacts& rows, uint64_t seed) {
  if (input.map.rows == 0) return std::nullopt;
  DECANT_CHECK(input.map.cols, ==, int64_t{2});
  std::vector<int64_t> sample = sample_rows(rows, input.map, kMapPoints, seed);
  if (sample.empty()) return std::nullopt;
  MapFacts map = place_points(input, rows, std::move(sample));
  for (int64_t row = 0; row < input.map.rows; ++row) map.drawable += rows.bins[static_cast<size_t>(row)] != kNoBin;
  return map;
}

}  // namespace decant::report
