#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/value_axis.h"

namespace decant::report {
namespace {

struct BytesPoint {
  double bytes = 0;
  const Evidence::Cell* cell = nullptr;
};

/// One set at several budgets, the smallest first.
struct Series {
  std::string name;
  std::string style;  ///< CSS class that colours it
  std::vector<BytesPoint> points;
};

constexpr size_t kSeriesColours = 6;

Series& series_named(const std::string& set, std::vector<Series>& all) {
  const auto found = std::ranges::find(all, set, &Series::name);
  if (found != all.end()) return *found;
  const std::string style = set == "random" ? set : fmt::format("s{}", all.size() % kSeriesColours);
  return all.emplace_back(Series{set, style, {}});
}

std::vector<Series> series_of(const Evidence& evidence, const std::string& net, size_t metric, int64_t small_bytes,
                              std::string_view small_name) {
  std::vector<Series> all;
  const Evidence::Cell* small = nullptr;
  for (const Evidence::Cell& cell : evidence.cells) {
    if (cell.net != net || cell.metric != metric) continue;
    if (cell.set == "small")
      small = &cell;
    else if (cell.budget.unit == Budget::Unit::bytes)
      series_named(cell.set, all).points.push_back({static_cast<double>(cell.budget.amount), &cell});
  }
  for (Series& series : all) std::ranges::stable_sort(series.points, {}, &BytesPoint::bytes);
  if (!all.empty() && small != nullptr && small_bytes > 0)
    all.push_back({std::string(small_name), "small", {{static_cast<double>(small_bytes), small}}});
  return all;
}

/// The plane of bytes and values.
class Plane {
 public:
  Plane(const std::vector<Series>& all, const ValueAxis& values) : values_(values) {
    for (const Series& series : all) {
      for (const BytesPoint& point : series.points) budgets_.push_back(point.bytes);
    }
    std::ranges::sort(budgets_);
    budgets_.erase(std::unique(budgets_.begin(), budgets_.end()), budgets_.end());
  }

  /// Share of the width; a single budget stands in the middle.
  double across(double bytes) const {
    const double range = std::log(budgets_.back() / budgets_.front());
    return kLeft + (kRight - kLeft) * (range > 0 ? std::log(bytes / budgets_.front()) / range : 0.5);
  }
  std::string x(double bytes) const { return length(across(bytes), 1); }
  /// Pixels from above.
  double y(double value) const { return kTop + (kBottom - kTop) * (1 - std::clamp(values_.share(value), 0.0, 1.0)); }

  /// Lines at round values, and the budgets themselves below, as many as there is room for.
  std::string grid() const {
    std::string out;
    for (const double tick : ticks(values_.low, values_.high, 6)) {
      out += fmt::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>", y(tick));
      out += fmt::format("<text class=\"first\" x=\"0\" y=\"{:.1f}\">{:.{}f}</text>", y(tick) - 4, values_.metric.scale * tick,
                         tick_decimals(values_));
    }
    double last = -1;
    for (const double bytes : budgets_) {
      if (across(bytes) < last + kRoom) continue;
      last = across(bytes);
      out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>", x(bytes), kBottom + 20, prose(human_bytes(std::llround(bytes))));
    }
    return out;
  }

  static constexpr int kTop = 18;
  static constexpr int kBottom = 250;

 private:
  static constexpr double kLeft = 0.12, kRight = 0.93;  ///< room for the numbers of the axis, and for a name
  static constexpr double kRoom = 0.17;                 ///< of a label on a phone

  const ValueAxis& values_;
  std::vector<double> budgets_;
};

std::string point_svg(const BytesPoint& point, const Plane& plane, const Metric& metric) {
  const Evidence::Cell& cell = *point.cell;
  std::string out;
  if (std::isfinite(cell.ci95)) {
    out += fmt::format("<line class=\"whisker\" x1=\"{0}\" x2=\"{0}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>", plane.x(point.bytes),
                       plane.y(lowest(cell, metric)), plane.y(highest(cell, metric)));
  }
  return out + fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{:.1f}\" r=\"4\"><title>{}, {} rows: {:.{}f} {}</title></circle>",
                           plane.x(point.bytes), plane.y(cell.mean), escape(human_bytes(std::llround(point.bytes))), human_count(cell.rows),
                           metric.scale * cell.mean, metric.decimals + 1, escape(metric.unit));
}

/// Where the numbers of the sets stand, in pixels from above: next to their last points, but those
/// of the same budget apart from each other.
std::vector<double> label_heights(const std::vector<Series>& all, const Plane& plane) {
  constexpr double kLine = 13;
  std::vector<double> heights;
  std::vector<size_t> from_above;
  for (const Series& series : all) {
    from_above.push_back(heights.size());
    heights.push_back(plane.y(series.points.back().cell->mean) + 4);
  }
  std::ranges::stable_sort(from_above, {}, [&](size_t i) { return heights[i]; });
  for (size_t i = 1; i < from_above.size(); ++i) {
    const size_t here = from_above[i];
    for (size_t j = 0; j < i; ++j) {
      const size_t above = from_above[j];
      if (all[above].points.back().bytes == all[here].points.back().bytes) heights[here] = std::max(heights[here], heights[above] + kLine);
    }
  }
  return heights;
}

/// What the legend calls a set, next to its last point; above a point that is alone.
std::string label_svg(const Series& series, size_t number, double height, const Plane& plane, const Metric& metric) {
  const BytesPoint& last = series.points.back();
  if (series.points.size() == 1)
    return fmt::format("<text x=\"{}\" y=\"{:.1f}\">{}</text>", plane.x(last.bytes), plane.y(highest(*last.cell, metric)) - 5, number);
  return fmt::format("<text class=\"first\" x=\"{}\" y=\"{:.1f}\" dx=\"12\">{}</text>", plane.x(last.bytes), height, number);
}

/// `shift`: pixels to the right, so that sets do not hide each other.
std::string series_svg(const Series& series, const std::string& label, double shift, const Plane& plane, const Metric& metric) {
  std::string out = fmt::format("<g class=\"series {}\" transform=\"translate({:.1f} 0)\">", series.style, shift);
  for (size_t i = 1; i < series.points.size(); ++i) {
    const BytesPoint& from = series.points[i - 1];
    const BytesPoint& to = series.points[i];
    out += fmt::format("<line class=\"link\" x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>", plane.x(from.bytes),
                       plane.y(from.cell->mean), plane.x(to.bytes), plane.y(to.cell->mean));
  }
  for (const BytesPoint& point : series.points) out += point_svg(point, plane, metric);
  return out + label + "</g>";
}

std::string level_svg(const Evidence::Cell* full, const Plane& plane) {
  if (full == nullptr) return {};
  return fmt::format(
      "<line class=\"level\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/><text class=\"last\" x=\"100%\" "
      "y=\"{1:.1f}\">everything</text>",
      plane.y(full->mean), plane.y(full->mean) - 5);
}

std::string legend_of(const std::vector<Series>& all) {
  std::string out = "<p class=\"legend small\">";
  for (size_t i = 0; i < all.size(); ++i)
    out += fmt::format("<span class=\"series {}\"><i class=\"swatch\"></i>{} {}</span> ", all[i].style, i + 1, escape(all[i].name));
  return out + "</p>";
}

std::string net_bytes_chart(const Evidence& evidence, const std::string& net, size_t which, int64_t small_bytes, std::string_view small) {
  const Metric& metric = evidence.metrics[which];
  const std::vector<Series> all = series_of(evidence, net, which, small_bytes, small);
  if (all.empty()) return {};
  std::vector<const Evidence::Cell*> cells;
  for (const Series& series : all) {
    for (const BytesPoint& point : series.points) cells.push_back(point.cell);
  }
  const Evidence::Cell* const full = evidence.find(net, "full", which);
  if (full != nullptr) cells.push_back(full);
  const ValueAxis axis = value_axis(cells, metric);
  const Plane plane(all, axis);
  std::string out = fmt::format(
      "<figure class=\"bytes\"><figcaption>{}, against bytes</figcaption>{}<svg class=\"plane\" height=\"{}\" "
      "aria-hidden=\"true\">{}{}",
      escape(net), legend_of(all), Plane::kBottom + 26, plane.grid(), level_svg(full, plane));
  const std::vector<double> heights = label_heights(all, plane);
  for (size_t i = 0; i < all.size(); ++i) {
    const double shift = 5 * (static_cast<double>(i) - static_cast<double>(all.size() - 1) / 2);
    out += series_svg(all[i], label_svg(all[i], i + 1, heights[i], plane, metric), shift, plane, metric);
  }
  const std::string note = metric_note(metric) + " Bytes of the pictures trained on, on a logarithmic axis; the dot is the mean over " +
                           "the seeds, the line through it its 95 % interval." + start_note(axis);
  return out + fmt::format("</svg><p class=\"small\">{}</p></figure>\n", prose(note));
}

}  // namespace

std::string bytes_chart(const Evidence& evidence, size_t metric, int64_t small_bytes, std::string_view small) {
  std::string out;
  for (const std::string& net : evidence.nets()) out += net_bytes_chart(evidence, net, metric, small_bytes, small);
  return out;
}

}  // namespace decant::report
