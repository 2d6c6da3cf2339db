#include "decant/data/equal_bytes.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "decant/base/text.h"

namespace decant {
namespace {

using Cell = Evidence::Cell;

/// Random rows of so many bytes, and what the best of at most as many reach, larger being better.
struct Point {
  double bytes = 0;
  double worth = 0;
};

/// Rows that teach what a teacher of all rows says are no random rows alone.
bool is_random(std::string_view set) {
  return set == "random" || (set.starts_with("random+") && set.find("+labels=") == std::string_view::npos);
}

std::vector<Point> worth_of_random(const Evidence& evidence, const std::string& net, size_t which) {
  std::vector<Point> points;
  for (const Cell& cell : evidence.cells) {
    if (cell.net != net || cell.metric != which || cell.bytes == 0 || !is_random(cell.set)) continue;
    points.push_back({static_cast<double>(cell.bytes), evidence.metrics[which].improvement(cell.mean)});
  }
  std::ranges::sort(points, {}, &Point::bytes);
  for (size_t i = 1; i < points.size(); ++i) points[i].worth = std::max(points[i].worth, points[i - 1].worth);
  return points;
}

/// Where the line from `from` to `to` meets `worth`, which lies above the one and not above the
/// other.
double between(const Point& from, const Point& to, double worth) {
  const double share = (worth - from.worth) / (to.worth - from.worth);
  return from.bytes * std::pow(to.bytes / from.bytes, share);
}

EqualBytes equal_to(const Cell& cell, double worth, const std::vector<Point>& random) {
  using Bound = EqualBytes::Bound;
  EqualBytes equal{.net = cell.net, .set = cell.set, .metric = cell.metric, .own = cell.bytes};
  const auto reached = std::ranges::find_if(random, [&](const Point& point) { return point.worth >= worth; });
  equal.bound = reached == random.begin() ? Bound::at_most : reached == random.end() ? Bound::more_than : Bound::exact;
  if (equal.bound == Bound::exact)
    equal.random = between(*std::prev(reached), *reached, worth);
  else
    equal.random = equal.bound == Bound::at_most ? random.front().bytes : random.back().bytes;
  return equal;
}

}  // namespace

std::string EqualBytes::text() const {
  const std::string bytes = human_bytes(std::llround(random));
  return bound == Bound::at_most ? "at most " + bytes : bound == Bound::more_than ? "more than " + bytes : bytes;
}

std::vector<EqualBytes> equal_bytes(const Evidence& evidence) {
  std::vector<EqualBytes> all;
  for (const Cell& cell : evidence.cells) {
    const Metric& metric = evidence.metric_of(cell);
    if (cell.bytes == 0 || is_random(cell.set) || cell.set == "full" || !metric.of_class.empty()) continue;
    const std::vector<Point> random = worth_of_random(evidence, cell.net, cell.metric);
    if (!random.empty()) all.push_back(equal_to(cell, metric.improvement(cell.mean), random));
  }
  return all;
}

}  // namespace decant
