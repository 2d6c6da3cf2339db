#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

using Cell = Evidence::Cell;

/// Steps of the axis in a unit of the value: 100, so that it begins and ends at whole per cents.
double steps_of(const Metric& metric) {
  return metric.scale * std::pow(10, metric.decimals - 1);
}

/// The stretch of values that is drawn.
struct Axis {
  const Metric& metric;
  double low = 0;
  double high = 1;
  std::string at(double value) const { return length(value - low, high - low); }
  std::vector<double> marks() const { return ticks(low, high, 8); }
};

double lowest(const Cell& cell, const Metric& metric) {
  return std::isfinite(cell.ci95) ? std::max(metric.least, cell.mean - cell.ci95) : cell.mean;
}
double highest(const Cell& cell, const Metric& metric) {
  return std::isfinite(cell.ci95) ? std::min(metric.most, cell.mean + cell.ci95) : cell.mean;
}

Axis axis_for(const std::vector<std::pair<const char*, const Cell*>>& rows, const Metric& metric) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& [name, cell] : rows) {
    const auto [least, most] = std::minmax_element(cell->values.begin(), cell->values.end());
    low = std::min({low, *least, lowest(*cell, metric)});
    high = std::max({high, *most, highest(*cell, metric)});
  }
  const double steps = steps_of(metric);
  const double margin = std::max(0.2 / steps, (high - low) * 0.04);
  return {metric, std::max(metric.least, std::floor(steps * (low - margin)) / steps),
          std::min(metric.most, std::ceil(steps * (high + margin)) / steps)};
}

std::string grid_lines(const Axis& axis) {
  std::string out;
  for (const double tick : axis.marks())
    out += fmt::format("<line class=\"grid\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"100%\"/>", axis.at(tick));
  return out;
}

constexpr double kMiddle = 19;  ///< of a plot 38 pixels high

/// Seeds side by side, so that equal ones do not hide each other.
double height_of(size_t seed, size_t seeds) {
  const auto gaps = static_cast<double>(seeds - 1);
  return kMiddle + (static_cast<double>(seed) - gaps / 2) * (gaps > 0 ? std::min(7.0, 18 / gaps) : 0);
}

std::string plot(const Cell& cell, const Axis& axis) {
  std::string out = "<svg class=\"plot\" height=\"38\" aria-hidden=\"true\">" + grid_lines(axis);
  if (std::isfinite(cell.ci95)) {
    out += fmt::format("<line class=\"band\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>", axis.at(lowest(cell, axis.metric)),
                       axis.at(highest(cell, axis.metric)), kMiddle);
  }
  out += fmt::format("<line class=\"mean\" x1=\"{0}\" x2=\"{0}\" y1=\"5\" y2=\"33\"/>", axis.at(cell.mean));
  for (size_t seed = 0; seed < cell.values.size(); ++seed) {
    out += fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{:.1f}\" r=\"4\"><title>{:.{}f} {}</title></circle>",
                       axis.at(cell.values[seed]), height_of(seed, cell.values.size()), axis.metric.scale * cell.values[seed],
                       axis.metric.decimals + 1, escape(axis.metric.unit));
  }
  return out + "</svg>";
}

std::string value_of(const Cell& cell, const Metric& metric) {
  const std::string mean = fmt::format("<b>{:.{}f}</b>", metric.scale * cell.mean, metric.decimals);
  const std::string spread = std::isfinite(cell.ci95) ? fmt::format("&nbsp;±&nbsp;{:.{}f}", metric.scale * cell.ci95, metric.decimals) : "";
  return fmt::format("{}<span class=\"spread\">{}&nbsp;{}</span>", mean, spread, escape(metric.unit));
}

std::string axis_row(const Axis& axis) {
  const bool fine = axis.high - axis.low < 3.5 / steps_of(axis.metric);
  const int decimals = fine ? axis.metric.decimals : std::max(0, axis.metric.decimals - 1);
  std::string out = "<span></span><svg class=\"axis\" height=\"20\" aria-hidden=\"true\">";
  for (const double tick : axis.marks()) {
    out += fmt::format("<text x=\"{}\" y=\"14\">{:.{}f}</text>", axis.at(tick), axis.metric.scale * tick, decimals);
  }
  return out + "</svg><span></span>";
}

/// "Accuracy on held-out data, in per cent. …"
std::string axis_note(const Axis& axis) {
  const Metric& metric = axis.metric;
  std::string note =
      fmt::format("{} on held-out data, in {}.{} One dot per seed; the tick is the mean, the band its 95 % interval.", metric.title,
                  metric.unit == "%" ? "per cent" : metric.unit, metric.higher_is_better ? "" : " Lower is better.");
  note.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(note.front())));
  if (std::abs(axis.low) > 1e-9) note += fmt::format(" The axis starts at {:.3g} {}, not at 0.", metric.scale * axis.low, metric.unit);
  return fmt::format("<p class=\"small\">{}</p>", prose(note));
}

std::string net_chart(const Evidence& evidence, const std::string& net, size_t which) {
  const Metric& metric = evidence.metrics[which];
  std::vector<std::pair<const char*, const Cell*>> rows;
  for (const auto& [set, name] : {std::pair("full", "everything"), std::pair("random", "random"), std::pair("small", "kept")}) {
    const Cell* cell = evidence.find(net, set, which);
    if (cell != nullptr) rows.emplace_back(name, cell);
  }
  if (rows.empty()) return {};
  const Axis axis = axis_for(rows, metric);
  std::string out = fmt::format("<figure class=\"evidence\"><figcaption>{}</figcaption><div class=\"dots\">", escape(net));
  for (const auto& [name, cell] : rows) {
    out += fmt::format("<span class=\"name\">{}</span><div class=\"set {}\">{}</div><span class=\"value\">{}</span>", name, cell->set,
                       plot(*cell, axis), value_of(*cell, metric));
  }
  return out + axis_row(axis) + "</div>" + axis_note(axis) + "</figure>\n";
}

}  // namespace

std::string evidence_chart(const Evidence& evidence, size_t metric) {
  std::string out;
  for (const std::string& net : evidence.nets()) out += net_chart(evidence, net, metric);
  return out;
}

}  // namespace decant::report
