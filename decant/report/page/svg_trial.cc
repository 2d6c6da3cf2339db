#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/value_axis.h"

namespace decant::report {
namespace {

constexpr size_t kTrialColours = 6;
constexpr double kMiddleOfArm = 15;  ///< of a plot 30 pixels high

/// As evidence charts know cells.
Evidence::Cell as_evidence(const TrialRecord::Cell& cell) {
  return {.set = cell.arm, .values = cell.values, .mean = cell.mean, .ci95 = cell.half_width};
}

std::string arm_plot(const Evidence::Cell& cell, const ValueAxis& axis) {
  const auto at = [&](double value) { return length(axis.share(value), 1); };
  std::string out = "<svg class=\"plot\" height=\"30\" aria-hidden=\"true\">";
  for (const double tick : ticks(axis.low, axis.high, 8))
    out += fmt::format("<line class=\"grid\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"100%\"/>", at(tick));
  if (std::isfinite(cell.ci95))
    out += fmt::format("<line class=\"band\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>", at(lowest(cell, axis.metric)),
                       at(highest(cell, axis.metric)), kMiddleOfArm);
  for (const double value : cell.values) out += fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>", at(value), kMiddleOfArm);
  return out + fmt::format("<line class=\"mean\" x1=\"{0}\" x2=\"{0}\" y1=\"4\" y2=\"26\"/></svg>", at(cell.mean));
}

std::string arms_axis(const ValueAxis& axis) {
  std::string out = "<span></span><svg class=\"axis\" height=\"20\" aria-hidden=\"true\">";
  for (const double tick : ticks(axis.low, axis.high, 8))
    out +=
        fmt::format("<text x=\"{}\" y=\"14\">{:.{}f}</text>", length(axis.share(tick), 1), axis.metric.scale * tick, tick_decimals(axis));
  return out + "</svg><span></span>";
}

/// Series that run along one thing and say one thing.
using Bundle = std::vector<const TrialRecord::Series*>;

/// The plane of what they run along and their values.
class Ground {
 public:
  explicit Ground(const Bundle& bundle) {
    for (const TrialRecord::Series* const series : bundle) {
      for (size_t i = 0; i < series->at.size(); ++i) {
        left_ = std::min(left_, series->at[i]);
        right_ = std::max(right_, series->at[i]);
        low_ = std::min(low_, series->values[i]);
        high_ = std::max(high_, series->values[i]);
      }
    }
    if (high_ - low_ < 1e-9) high_ = low_ + 1;
  }

  std::string x(double at) const { return length(0.08 + 0.86 * (right_ > left_ ? (at - left_) / (right_ - left_) : 0.5), 1); }
  double y(double value) const { return kTop + (kBottom - kTop) * (high_ - value) / (high_ - low_); }

  std::string grid() const {
    std::string out;
    for (const double tick : ticks(low_, high_, 5))
      out += fmt::format(
          "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/><text class=\"first\" x=\"0\" "
          "y=\"{1:.1f}\">{2:g}</text>",
          y(tick), y(tick) - 4, tick);
    for (const double tick : ticks(left_, right_, 5))
      out += fmt::format("<text x=\"{}\" y=\"{}\">{:g}</text>", x(tick), kBottom + 20, tick);
    return out;
  }

  static constexpr double kTop = 18;
  static constexpr double kBottom = 250;

 private:
  double left_ = 1e300, right_ = -1e300, low_ = 1e300, high_ = -1e300;
};

std::string style_of(const std::string& arm, size_t number) {
  return arm == "random" ? "random" : fmt::format("s{}", number % kTrialColours);
}

std::string line_svg(const TrialRecord::Series& series, size_t number, const Ground& ground) {
  std::string out = fmt::format("<g class=\"series {}\">", style_of(series.arm, number));
  for (size_t i = 0; i < series.at.size(); ++i) {
    if (i > 0)
      out += fmt::format("<line class=\"link\" x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>", ground.x(series.at[i - 1]),
                         ground.y(series.values[i - 1]), ground.x(series.at[i]), ground.y(series.values[i]));
    out += fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{:.1f}\" r=\"3\"><title>{}: {:.4g}, {:.1f}</title></circle>",
                       ground.x(series.at[i]), ground.y(series.values[i]), escape(series.arm), series.at[i], series.values[i]);
  }
  return out + fmt::format("<text class=\"first\" x=\"{}\" y=\"{:.1f}\" dx=\"8\">{}</text></g>", ground.x(series.at.back()),
                           ground.y(series.values.back()) + 4, number + 1);
}

std::string bundle_chart(const Bundle& bundle) {
  const Ground ground(bundle);
  std::string legend = "<p class=\"legend small\">";
  std::string lines;
  for (size_t i = 0; i < bundle.size(); ++i) {
    legend += fmt::format("<span class=\"series {}\"><i class=\"swatch\"></i>{} {}</span> ", style_of(bundle[i]->arm, i), i + 1,
                          escape(bundle[i]->arm));
    lines += line_svg(*bundle[i], i, ground);
  }
  return fmt::format(
      "<figure class=\"bytes\"><figcaption>{}, by {}</figcaption>{}</p><svg class=\"plane\" height=\"{}\" "
      "aria-hidden=\"true\">{}{}</svg></figure>\n",
      escape(bundle.front()->of), escape(bundle.front()->along), legend, Ground::kBottom + 26, ground.grid(), lines);
}

}  // namespace

std::string arms_chart(const TrialRecord& record, size_t metric) {
  std::vector<Evidence::Cell> cells;
  for (const TrialRecord::Cell& cell : record.cells) {
    if (cell.metric == metric) cells.push_back(as_evidence(cell));
  }
  if (cells.empty()) return {};
  std::vector<const Evidence::Cell*> views;
  for (const Evidence::Cell& cell : cells) views.push_back(&cell);
  const Metric& measured = record.metrics[metric];
  const ValueAxis axis = value_axis(views, measured);
  std::string out = fmt::format("<figure class=\"evidence\"><figcaption>{}</figcaption><div class=\"dots\">", escape(measured.title));
  for (const Evidence::Cell& cell : cells) {
    const std::string width =
        std::isfinite(cell.ci95) ? fmt::format("&nbsp;±&nbsp;{:.{}f}", measured.scale * cell.ci95, measured.decimals) : "";
    out += fmt::format(
        "<span class=\"name\">{}</span><div class=\"set {}\">{}</div><span class=\"value\"><b>{:.{}f}</b><span "
        "class=\"spread\">{}&nbsp;{}</span></span>",
        escape(cell.set), cell.set == "random" ? "random" : "small", arm_plot(cell, axis), measured.scale * cell.mean, measured.decimals,
        width, escape(measured.unit));
  }
  const std::string note = fmt::format("One dot per seed; the tick is the mean, the band its 95 % interval.{}{}",
                                       measured.higher_is_better ? "" : " Lower is better.", start_note(axis));
  return out + arms_axis(axis) + fmt::format("</div><p class=\"small\">{}</p></figure>\n", prose(note));
}

std::string series_chart(const TrialRecord& record) {
  std::string out;
  std::vector<bool> drawn(record.series.size());
  for (size_t i = 0; i < drawn.size(); ++i) {
    Bundle bundle;
    for (size_t j = i; j < drawn.size(); ++j) {
      const TrialRecord::Series& other = record.series[j];
      if (drawn[j] || other.along != record.series[i].along || other.of != record.series[i].of || other.at.empty()) continue;
      drawn[j] = true;
      bundle.push_back(&other);
    }
    if (!bundle.empty()) out += bundle_chart(bundle);
  }
  return out;
}

}  // namespace decant::report
