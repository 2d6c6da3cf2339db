#include "decant/formats/coco/shape.h"

#include "decant/data/runs.h"
#include "decant/formats/coco/json_values.h"

namespace decant::coco {
namespace {

bool take_polygons(od::value& value, ObjectShape& out) {
  return each_element(value, [&](od::value& part) {
    std::vector<double>& points = out.polygons.emplace_back();
    const bool walked = each_element(part, [&](od::value& inner) {
      const std::optional<double> number = finite_in(inner);
      if (number) points.push_back(*number);
      return number.has_value();
    });
    return walked && points.size() >= 6 && points.size() % 2 == 0;
  });
}

bool take_runs(od::value& value, ObjectShape& out) {
  od::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  double sides[2] = {};
  std::optional<Runs> runs;
  each_member(object, [&](std::string_view key, od::value& inner) {
    if (key == "size" && !take_numbers(inner, sides, 2)) sides[0] = 0;
    if (key == "counts") runs = runs_in(inner);
  });
  constexpr double kMostSide = 1e9;
  if (!runs || !(sides[0] >= 1) || !(sides[1] >= 1) || sides[0] > kMostSide || sides[1] > kMostSide) return false;
  out.height = static_cast<int64_t>(sides[0]);
  out.width = static_cast<int64_t>(sides[1]);
  out.runs = *std::move(runs);
  return cover(out.runs, out.height, out.width);
}

}  // namespace

bool read_shape(std::string_view element, ObjectShape& out) {
  out.polygons.clear();
  out.runs.clear();
  bool usable = false;
  try {
    each_member(object_of(element), [&](std::string_view key, od::value& value) {
      if (key != "segmentation") return;
      const std::string_view token = trimmed_token(value);
      if (token.empty()) return;
      usable = token.front() == '[' ? take_polygons(value, out) && !out.polygons.empty() : token.front() == '{' && take_runs(value, out);
    });
  } catch (const BadElement&) {
    return false;
  }
  return usable;
}

}  // namespace decant::coco
