#include "decant/pipeline/choosing/shape_complexity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/data/objects.h"

namespace decant {
namespace {

double area_inside(std::span<const double> polygon) {
  double twice = 0;
  for (size_t i = 0; i + 1 < polygon.size(); i += 2) {
    const size_t next = (i + 2) % polygon.size();
    twice += polygon[i] * polygon[next + 1] - polygon[next] * polygon[i + 1];
  }
  return std::abs(twice) / 2;
}

double length_of(std::span<const double> polygon) {
  double length = 0;
  for (size_t i = 0; i + 1 < polygon.size(); i += 2) {
    const size_t next = (i + 2) % polygon.size();
    length += std::hypot(polygon[next] - polygon[i], polygon[next + 1] - polygon[i + 1]);
  }
  return length;
}

double complexity_of(const ObjectShape& shape) {
  if (shape.polygons.empty()) return 1;
  const auto largest = std::ranges::max_element(shape.polygons, {}, [](const auto& part) { return area_inside(part); });
  return outline_complexity(*largest);
}

}  // namespace

double outline_complexity(std::span<const double> polygon) {
  const double area = area_inside(polygon);
  return area > 0 ? length_of(polygon) / (2 * std::sqrt(std::numbers::pi * area)) : 1;
}

std::vector<double> shape_complexity(const Rows& rows, const Subset& left_out, const Context& context) {
  if (rows.taught() != CountedIn::objects)
    throw InputError({"", "--scores shape-complexity", "these rows hold no boxes, and the score adds up what is in boxes",
                      "Choose by other scores, or another --method"});
  const Targets& targets = *rows.targets();
  std::vector<double> of_object;  // in the columns; empty while no row was seen
  const Subset usable = Subset::all(rows.size()).without(left_out);
  if (!usable.empty()) of_object.assign(static_cast<size_t>(targets.objects(usable[0]).table->size()), 1.0);
  parallel_for(context, std::ssize(usable), 64, [&](int64_t begin, int64_t end) {
    std::vector<ObjectShape> shapes;
    for (int64_t i = begin; i < end; ++i) {
      targets.shapes(usable[static_cast<size_t>(i)], shapes);
      for (const ObjectShape& shape : shapes) of_object[static_cast<size_t>(shape.object)] = complexity_of(shape);
    }
  });
  std::vector<double> of_class, scores(static_cast<size_t>(rows.size()), std::numeric_limits<double>::quiet_NaN());
  const auto for_counted = [&](int64_t row, auto each) {
    const ObjectRange range = targets.objects(row);
    for (int64_t object = range.begin; object < range.end; ++object) {
      if (range.table->counts(object))
        each(static_cast<size_t>(range.table->labels[static_cast<size_t>(object)]), of_object[static_cast<size_t>(object)]);
    }
  };
  for (const int64_t row : usable) {
    for_counted(row, [&](size_t label, double complexity) {
      if (label >= of_class.size()) of_class.resize(label + 1);
      of_class[label] += complexity;
    });
  }
  for (const int64_t row : usable) {
    double& score = scores[static_cast<size_t>(row)] = 0;
    for_counted(row, [&](size_t label, double complexity) { score += complexity / of_class[label]; });
  }
  return scores;
}

}  // namespace decant
