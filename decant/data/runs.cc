#include "decant/data/runs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"

namespace decant {

bool cover(std::span<const int64_t> runs, int64_t height, int64_t width) {
  constexpr int64_t kLargest = int64_t{1} << 31;
  if (height < 0 || width < 0 || height > kLargest || width > kLargest) return false;
  int64_t left = height * width;
  for (const int64_t run : runs) {
    if (run < 0 || run > left) return false;
    left -= run;
  }
  return left == 0;
}

int64_t area_of(std::span<const int64_t> runs) {
  int64_t area = 0;
  for (size_t i = 1; i < runs.size(); i += 2) area += runs[i];
  return area;
}

Box box_of(std::span<const int64_t> runs, int64_t height) {
  DECANT_CHECK(height, >=, 1);
  int64_t left = -1, right = 0, top = height, bottom = 0, at = 0;
  for (size_t i = 0; i < runs.size(); at += runs[i], ++i) {
    if (i % 2 == 0 || runs[i] == 0) continue;
    const int64_t last = at + runs[i] - 1;
    if (left < 0) left = at / height;
    right = last / height + 1;
    const bool one_column = at / height == last / height;  // else it reaches both edges
    top = std::min(top, one_column ? at % height : 0);
    bottom = std::max(bottom, one_column ? last % height + 1 : height);
  }
  if (left < 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right), static_cast<double>(bottom)};
}

int64_t common_area(std::span<const int64_t> a, std::span<const int64_t> b) {
  int64_t common = 0;
  int64_t left_of_a = 0, left_of_b = 0;
  for (size_t i = 0, j = 0;;) {  // i, j: runs begun
    while (left_of_a == 0 && i < a.size()) left_of_a = a[i++];
    while (left_of_b == 0 && j < b.size()) left_of_b = b[j++];
    if (left_of_a == 0 || left_of_b == 0) return common;
    const int64_t step = std::min(left_of_a, left_of_b);
    if (i % 2 == 0 && j % 2 == 0) common += step;
    left_of_a -= step;
    left_of_b -= step;
  }
}

namespace {

/// Where the runs of a mask begin and end, as (pixel, +1 or -1) of those inside.
void add_edges(std::span<const int64_t> runs, std::vector<std::pair<int64_t, int>>& edges) {
  int64_t at = 0;
  for (size_t i = 0; i < runs.size(); at += runs[i], ++i) {
    if (i % 2 == 0 || runs[i] == 0) continue;
    edges.emplace_back(at, 1);
    edges.emplace_back(at + runs[i], -1);
  }
}

}  // namespace

Runs united(std::span<const Runs> masks) {
  DECANT_CHECK(masks.size(), >=, 1U);
  if (masks.size() == 1) return masks.front();
  std::vector<std::pair<int64_t, int>> edges;
  for (const Runs& mask : masks) add_edges(mask, edges);
  std::ranges::sort(edges, {}, [](const auto& edge) { return edge.first; });
  Runs runs;
  int64_t written = 0;
  int depth = 0;
  for (size_t i = 0; i < edges.size();) {
    const int64_t at = edges[i].first;
    const bool was_inside = depth > 0;
    for (; i < edges.size() && edges[i].first == at; ++i) depth += edges[i].second;
    if (was_inside == (depth > 0)) continue;
    runs.push_back(at - written);
    written = at;
  }
  const int64_t all = std::accumulate(masks.front().begin(), masks.front().end(), int64_t{0});
  if (written < all || runs.empty()) runs.push_back(all - written);
  return runs;
}

namespace {

constexpr int64_t kGrid = 5;                   // points of the walk to a pixel
constexpr double kFarthest = double{1 << 26};  // pixels; its square on the grid is exact in float64

struct GridPoint {
  int64_t x = 0;
  int64_t y = 0;
};

/// As C casts: toward zero.
int64_t truncated(double value) {
  return static_cast<int64_t>(value);
}

GridPoint on_grid(double x, double y) {
  const auto at = [](double value) { return truncated(static_cast<double>(kGrid) * std::clamp(value, -kFarthest, kFarthest) + .5); };
  return {at(x), at(y)};
}

/// Of an outline and the middle line of a column: the first pixel below.
struct Crossing {
  uint32_t column = 0;
  uint32_t row = 0;  ///< 0 … height
  auto operator<=>(const Crossing&) const = default;
};

/// Where an outline crosses the middle lines of columns.
class Crossings {
 public:
  Crossings(int64_t height, int64_t width) : height_(height), width_(width) {}

  /// The walk from `a` to `b` goes in steps of 1 along the longer axis, always from the smaller
  /// end.
  void add_edge(GridPoint a, GridPoint b) {
    const int64_t dx = std::abs(b.x - a.x);
    const int64_t dy = std::abs(b.y - a.y);
    if (dx == 0) return;  // never leaves its column
    const bool flat = dx >= dy;
    if (flat ? a.x > b.x : a.y > b.y) std::swap(a, b);
    if (flat)
      add_flat(a, dx, static_cast<double>(b.y - a.y) / static_cast<double>(dx));
    else
      add_steep(a, dy, static_cast<double>(b.x - a.x) / static_cast<double>(dy));
  }

  /// As column · height + row, ascending. Each goes to its column first, of which most hold two.
  std::vector<int64_t> positions() const {
    std::vector<int64_t> positions(crossings_.size());
    if (positions.empty()) return positions;
    const auto [low, high] = std::ranges::minmax(crossings_, {}, &Crossing::column);
    std::vector<size_t> next(high.column - low.column + 2);  // of each column, where its next one goes
    for (const Crossing& each : crossings_) ++next[each.column - low.column + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    for (const Crossing& each : crossings_) positions[next[each.column - low.column]++] = int64_t{each.column} * height_ + each.row;
    size_t begin = 0;
    for (const size_t end : next) {
      if (end - begin > 1) std::sort(positions.data() + begin, positions.data() + end);
      begin = end;
    }
    return positions;
  }

 private:
  /// Columns whose middle line lies between grid points `low` and `low` + 1 of which both are in
  /// [first, last].
  template <class Visit>
  void each_column(int64_t first, int64_t last, Visit&& visit) const {
    int64_t column = first <= kMiddle ? 0 : (first - kMiddle + kGrid - 1) / kGrid;
    for (; column < width_ && kGrid * column + kMiddle + 1 <= last; ++column) visit(column, kGrid * column + kMiddle);
  }

  void add_flat(GridPoint a, int64_t dx, double slope) {
    const auto y_at = [&](int64_t x) { return truncated(static_cast<double>(a.y) + slope * static_cast<double>(x - a.x) + .5); };
    each_column(a.x, a.x + dx, [&](int64_t column, int64_t low) { add(column, std::min(y_at(low), y_at(low + 1))); });
  }

  void add_steep(GridPoint a, int64_t dy, double slope) {
    const auto x_at = [&](int64_t step) { return truncated(static_cast<double>(a.x) + slope * static_cast<double>(step) + .5); };
    const int64_t begin = x_at(0), end = x_at(dy);
    each_column(std::min(begin, end), std::max(begin, end), [&](int64_t column, int64_t low) {
      const double near = (static_cast<double>(low - a.x) + .5) / slope;
      add(column, a.y + last_before_crossing(dy, near, [&](int64_t step) { return (x_at(step) <= low) == (slope > 0); }));
    });
  }

  /// The last step of [0, dy) before the crossing; `is_before` is true up to there and false from
  /// there on. `near`: the step but for rounding.
  template <class IsBefore>
  static int64_t last_before_crossing(int64_t dy, double near, IsBefore&& is_before) {
    int64_t step = std::clamp(truncated(near), int64_t{0}, dy - 1);
    while (step > 0 && !is_before(step)) --step;
    while (step + 1 < dy && is_before(step + 1)) ++step;
    return step;
  }

  /// The API has the row as ceil((y + .5) / 5 - .5) in float64, kept in [0, height]: y - 2, a fifth
  /// of it, rounded up, exactly, since where that is whole so is every step in float64.
  void add(int64_t column, int64_t y) {
    const int64_t row = y <= kMiddle ? 0 : std::min((y - kMiddle + kGrid - 1) / kGrid, height_);
    crossings_.push_back({static_cast<uint32_t>(column), static_cast<uint32_t>(row)});
    if (crossings_.size() == limit_) cancel_pairs();
  }

  /// Two crossings of one pixel are none. So memory is in proportion to the picture, whatever the
  /// outline does.
  void cancel_pairs() {
    std::ranges::sort(crossings_);
    size_t kept = 0;
    for (const Crossing& each : crossings_) {
      if (kept > 0 && crossings_[kept - 1] == each)
        --kept;
      else
        crossings_[kept++] = each;
    }
    crossings_.resize(kept);
    limit_ = std::max(kFewCrossings, 2 * kept);
  }

  static constexpr int64_t kMiddle = kGrid / 2;
  static constexpr size_t kFewCrossings = size_t{1} << 20;

  int64_t height_;
  int64_t width_;
  std::vector<Crossing> crossings_;
  size_t limit_ = kFewCrossings;
};

/// Runs between positions, ascending; two at one place cancel.
Runs runs_between(const std::vector<int64_t>& positions) {
  Runs runs;
  int64_t from = 0;
  bool joins = false;  // the next length belongs to the last run
  for (size_t i = 0; i < positions.size(); ++i) {
    const int64_t length = positions[i] - from;
    from = positions[i];
    if (joins)
      runs.back() += length;
    else if (length > 0 || i == 0)
      runs.push_back(length);
    joins = !joins && length == 0 && i > 0;
  }
  return runs;
}

}  // namespace

Runs runs_of_polygon(std::span<const double> points, int64_t height, int64_t width) {
  DECANT_CHECK(points.size(), >=, 6U);
  DECANT_CHECK(points.size() % 2, ==, 0U);
  Crossings crossings(height, width);
  const size_t count = points.size() / 2;
  const GridPoint first = on_grid(points[0], points[1]);
  GridPoint from = first;
  for (size_t i = 1; i <= count; ++i) {
    const GridPoint to = i == count ? first : on_grid(points[2 * i], points[2 * i + 1]);
    crossings.add_edge(from, to);
    from = to;
  }
  std::vector<int64_t> positions = crossings.positions();
  positions.push_back(height * width);
  return runs_between(positions);
}

Runs runs_of_polygons(std::span<const std::vector<double>> polygons, int64_t height, int64_t width) {
  constexpr size_t kFewRuns = size_t{1} << 16;
  std::vector<Runs> parts;
  size_t runs = 0, most = kFewRuns;
  for (const std::vector<double>& polygon : polygons) {
    parts.push_back(runs_of_polygon(polygon, height, width));
    runs += parts.back().size();
    if (runs < most) continue;
    Runs together = united(parts);
    runs = together.size();
    parts.clear();
    parts.push_back(std::move(together));
    most = std::max(kFewRuns, 2 * runs);
  }
  return united(parts);
}

}  // namespace decant
