#include "decant/report/map.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

bool drawable(const RowFacts& rows, MatrixView<const float> map, int64_t row) {
  return rows.bins[static_cast<size_t>(row)] != kNoBin && std::isfinite(map[row][0]) && std::isfinite(map[row][1]);
}

/// One of each of `count` stretches of `pool`.
void draw(const std::vector<int64_t>& pool, int64_t count, Random& random, std::vector<int64_t>& out) {
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

/// From the least to the greatest value, but not far beyond where 998 of 1,000 lie: one far point must not push the others together.
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

uint32_t quantised(double value, double origin, double extent) {
  return static_cast<uint32_t>(std::lround(std::clamp((value - origin) / extent, 0.0, 1.0) * 65535));
}

/// Little-endian numbers of a fixed width, then base64.
class Packer {
 public:
  explicit Packer(int width) : width_(width) {}
  void add(uint32_t value) {
    for (int i = 0; i < width_; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
  }
  std::string text() const { return base64(bytes_); }

 private:
  int width_;
  std::vector<std::byte> bytes_;
};

uint32_t small(int32_t number) {
  return number < 0 || number > 65534 ? 65535 : static_cast<uint32_t>(number);
}

Json names_of(const ReportInput& input) {
  Json names = Json::array();
  if (!input.source) return names;
  const size_t count = std::min<size_t>(static_cast<size_t>(class_count(*input.source)), 5000);
  for (size_t i = 0; i < count; ++i) names.push_back(clean(class_name(input.source->classes, static_cast<int32_t>(i))));
  return names;
}

}  // namespace

std::vector<int64_t> sample_rows(const RowFacts& rows, MatrixView<const float> map, int64_t most, uint64_t seed) {
  std::vector<int64_t> pools[2];
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

Json pack_map(const ReportInput& input, const RowFacts& rows, std::span<const int64_t> sample) {
  const Frame frame = frame_of(input.map, sample);
  Packer xy(2), bins(2), classes(2), kept(1), numbers(4);
  for (const int64_t row : sample) {
    const auto i = static_cast<size_t>(row);
    xy.add(quantised(double{input.map[row][0]}, frame.left, frame.width));
    xy.add(quantised(double{input.map[row][1]}, frame.bottom, frame.height));
    bins.add(small(rows.bins[i]));
    if (input.source) classes.add(small(input.source->train().label(row)));
    kept.add(rows.kept[i]);
    numbers.add(static_cast<uint32_t>(row));
  }
  return {{"points", sample.size()},
          {"aspect", std::round(1000 * frame.height / frame.width) / 1000},
          {"binCount", rows.bin_count},
          {"names", names_of(input)},
          {"xy", xy.text()},
          {"bin", bins.text()},
          {"class", classes.text()},
          {"kept", kept.text()},
          {"row", numbers.text()}};
}

}  // namespace decant::report
