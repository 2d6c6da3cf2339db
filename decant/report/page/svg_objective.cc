#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/facts/objective_curve.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

constexpr size_t kMostPoints = 400;
constexpr double kCurveTop = 18;
constexpr double kCurveBottom = 178;
constexpr double kCurveLeft = 80;  ///< of 1,000: ticks have their numbers there

/// Pixels from above.
double curve_y(const Curve& curve, double value) {
  return kCurveTop + (kCurveBottom - kCurveTop) * (1 - std::clamp(curve.share(value), 0.0, 1.0));
}

/// Of 1,000, in the middle of a point's steps.
double curve_x(const Curve& curve, const CurvePoint& point) {
  const auto steps = static_cast<double>(curve.points.back().last + 1);
  return kCurveLeft + (1000 - kCurveLeft) * (static_cast<double>(point.first + point.last) / 2 + 0.5) / steps;
}

/// Powers of ten and their halves, or round numbers.
std::vector<double> curve_ticks(const Curve& curve) {
  if (!curve.logarithmic) return curve.most > curve.least ? ticks(curve.least, curve.most, 5) : std::vector{curve.least};
  std::vector<double> all;
  for (double power = std::pow(10, std::floor(std::log10(curve.least))); power <= curve.most; power *= 10)
    if (power >= curve.least) all.push_back(power);
  return all;
}

std::string curve_grid(const Curve& curve) {
  std::string out;
  for (const double tick : curve_ticks(curve)) {
    out += fmt::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>", curve_y(curve, tick));
    out += fmt::format("<text class=\"first\" x=\"0\" y=\"{:.1f}\">{:.4g}</text>", curve_y(curve, tick) - 4, tick);
  }
  return out;
}

std::string path_of(const Curve& curve, double CurvePoint::*value) {
  std::string path;
  for (const CurvePoint& point : curve.points)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", curve_x(curve, point), curve_y(curve, point.*value));
  return path;
}

/// Between the least and the most of every point; nothing where a point is one step.
std::string curve_band(const Curve& curve) {
  if (curve.points.front().last == curve.points.front().first) return {};
  std::string path = path_of(curve, &CurvePoint::most);
  for (auto point = curve.points.rbegin(); point != curve.points.rend(); ++point)
    path += fmt::format("L{:.1f} {:.1f}", curve_x(curve, *point), curve_y(curve, point->least));
  return fmt::format("<path class=\"spread\" d=\"{}Z\"/>", path);
}

std::string curve_caption(const Curve& curve) {
  const int64_t each = curve.points.front().last + 1;
  std::string text = "The objective by step.";
  if (each > 1) text += fmt::format(" A point is the mean of {} steps; the band goes from their least to their most.", human_count(each));
  if (curve.logarithmic) return text + " The axis is logarithmic.";
  return text + " The axis is fitted to the values and need not start at 0.";
}

}  // namespace

std::string objective_chart(std::span<const float> values) {
  const Curve curve = curve_of(values, kMostPoints);
  if (curve.points.empty()) return {};
  return fmt::format(
      "<figure class=\"objective\"><svg height=\"200\" role=\"img\" aria-label=\"objective from {:.4g} to {:.4g}\">{}"
      "<svg class=\"curve\" height=\"200\" viewBox=\"0 0 1000 200\" preserveAspectRatio=\"none\">{}<path d=\"{}\"/></svg>"
      "<text class=\"first\" x=\"8%\" y=\"196\">step 1</text><text class=\"last\" x=\"100%\" y=\"196\">step {}</text></svg>"
      "<p class=\"small\">{}</p></figure>\n",
      values.front(), values.back(), curve_grid(curve), curve_band(curve), path_of(curve, &CurvePoint::mean),
      human_count(std::ssize(values)), prose(curve_caption(curve)));
}

}  // namespace decant::report
