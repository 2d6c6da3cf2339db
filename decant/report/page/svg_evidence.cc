#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/value_axis.h"

namespace decant::report {
namespace {

using Cell = Evidence::Cell;

std::string at(const ValueAxis& axis, double value) {
  return length(axis.share(value), 1);
}

std::vector<double> marks(const ValueAxis& axis) {
  return ticks(axis.low, axis.high, 8);
}

std::string grid_lines(const ValueAxis& axis) {
  std::string out;
  for (const double tick : marks(axis))
    out += fmt::format("<line class=\"grid\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"100%\"/>", at(axis, tick));
  return out;
}

constexpr double kMiddle = 19;  ///< of a plot 38 pixels high

/// Seeds side by side, so that equal ones do not hide each other.
double height_of(size_t seed, size_t seeds) {
  const auto gaps = static_cast<double>(seeds - 1);
  return kMiddle + (static_cast<double>(seed) - gaps / 2) * (gaps > 0 ? std::min(7.0, 18 / gaps) : 0);
}

std::string plot(const Cell& cell, const ValueAxis& axis) {
  std::string out = "<svg class=\"plot\" height=\"38\" aria-hidden=\"true\">" + grid_lines(axis);
  if (std::isfinite(cell.ci95)) {
    out += fmt::format("<line class=\"band\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>", at(axis, lowest(cell, axis.metric)),
                       at(axis, highest(cell, axis.metric)), kMiddle);
  }
  out += fmt::format("<line class=\"mean\" x1=\"{0}\" x2=\"{0}\" y1=\"5\" y2=\"33\"/>", at(axis, cell.mean));
  for (size_t seed = 0; seed < cell.values.size(); ++seed) {
    out += fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{:.1f}\" r=\"4\"><title>{:.{}f} {}</title></circle>",
                       at(axis, cell.values[seed]), height_of(seed, cell.values.size()), axis.metric.scale * cell.values[seed],
                       axis.metric.decimals + 1, escape(axis.metric.unit));
  }
  return out + "</svg>";
}

std::string value_of(const Cell& cell, const Metric& metric) {
  const std::string mean = fmt::format("<b>{:.{}f}</b>", metric.scale * cell.mean, metric.decimals);
  const std::string spread = std::isfinite(cell.ci95) ? fmt::format("&nbsp;±&nbsp;{:.{}f}", metric.scale * cell.ci95, metric.decimals) : "";
  return fmt::format("{}<span class=\"spread\">{}&nbsp;{}</span>", mean, spread, escape(metric.unit));
}

std::string axis_row(const ValueAxis& axis) {
  const int decimals = tick_decimals(axis);
  std::string out = "<span></span><svg class=\"axis\" height=\"20\" aria-hidden=\"true\">";
  for (const double tick : marks(axis)) {
    out += fmt::format("<text x=\"{}\" y=\"14\">{:.{}f}</text>", at(axis, tick), axis.metric.scale * tick, decimals);
  }
  return out + "</svg><span></span>";
}

std::string axis_note(const ValueAxis& axis) {
  const std::string note =
      metric_note(axis.metric) + " One dot per seed; the tick is the mean, the band its 95 % interval." + start_note(axis);
  return fmt::format("<p class=\"small\">{}</p>", prose(note));
}

/// Of a budget in rows: others are drawn against bytes.
const Cell* cell_by_rows(const Evidence& evidence, const std::string& net, const char* set, size_t metric) {
  for (const Cell& cell : evidence.cells) {
    if (cell.net == net && cell.set == set && cell.metric == metric && cell.budget.unit != Budget::Unit::bytes) return &cell;
  }
  return nullptr;
}

std::string net_chart(const Evidence& evidence, const std::string& net, size_t which, std::string_view small) {
  const Metric& metric = evidence.metrics[which];
  std::vector<std::pair<std::string_view, const Cell*>> rows;
  std::vector<const Cell*> cells;
  for (const auto& [set, name] : {std::pair<const char*, std::string_view>("full", "everything"), {"random", "random"}, {"small", small}}) {
    const Cell* cell = cell_by_rows(evidence, net, set, which);
    if (cell == nullptr) continue;
    rows.emplace_back(name, cell);
    cells.push_back(cell);
  }
  if (rows.empty()) return {};
  const ValueAxis axis = value_axis(cells, metric);
  std::string out = fmt::format("<figure class=\"evidence\"><figcaption>{}</figcaption><div class=\"dots\">", escape(net));
  for (const auto& [name, cell] : rows) {
    out += fmt::format("<span class=\"name\">{}</span><div class=\"set {}\">{}</div><span class=\"value\">{}</span>", name, cell->set,
                       plot(*cell, axis), value_of(*cell, metric));
  }
  return out + axis_row(axis) + "</div>" + axis_note(axis) + "</figure>\n";
}

}  // namespace

std::string evidence_chart(const Evidence& evidence, size_t metric, std::string_view small) {
  std::string out;
  for (const std::string& net : evidence.nets()) out += net_chart(evidence, net, metric, small);
  return out;
}

}  // namespace decant::report
