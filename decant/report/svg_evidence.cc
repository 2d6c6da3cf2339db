#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/report/charts.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

/// The stretch of accuracies that is drawn: whole per cents.
struct Axis {
  double low = 0;
  double high = 1;
  std::string at(double accuracy) const { return length(accuracy - low, high - low); }
  std::vector<double> marks() const { return ticks(low, high, 8); }
};

double lowest(const Measurement& m) {
  return std::isfinite(m.half_width) ? std::max(0.0, m.mean - m.half_width) : m.mean;
}
double highest(const Measurement& m) {
  return std::isfinite(m.half_width) ? std::min(1.0, m.mean + m.half_width) : m.mean;
}

Axis axis_for(const std::vector<const Measurement*>& rows) {
  double low = 1;
  double high = 0;
  for (const Measurement* m : rows) {
    const auto [least, most] = std::minmax_element(m->accuracy.begin(), m->accuracy.end());
    low = std::min({low, *least, lowest(*m)});
    high = std::max({high, *most, highest(*m)});
  }
  const double margin = std::max(0.002, (high - low) * 0.04);
  return {std::max(0.0, std::floor(100 * (low - margin)) / 100), std::min(1.0, std::ceil(100 * (high + margin)) / 100)};
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

std::string plot(const Measurement& m, const Axis& axis) {
  std::string out = "<svg class=\"plot\" height=\"38\" aria-hidden=\"true\">" + grid_lines(axis);
  if (std::isfinite(m.half_width)) {
    out +=
        fmt::format("<line class=\"band\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>", axis.at(lowest(m)), axis.at(highest(m)), kMiddle);
  }
  out += fmt::format("<line class=\"mean\" x1=\"{0}\" x2=\"{0}\" y1=\"5\" y2=\"33\"/>", axis.at(m.mean));
  for (size_t seed = 0; seed < m.accuracy.size(); ++seed) {
    out += fmt::format("<circle class=\"dot\" cx=\"{}\" cy=\"{:.1f}\" r=\"4\"><title>{:.2f} %</title></circle>", axis.at(m.accuracy[seed]),
                       height_of(seed, m.accuracy.size()), 100 * m.accuracy[seed]);
  }
  return out + "</svg>";
}

std::string value_of(const Measurement& m) {
  if (!std::isfinite(m.half_width)) return fmt::format("<b>{:.1f}</b><span class=\"spread\">&nbsp;%</span>", 100 * m.mean);
  return fmt::format("<b>{:.1f}</b><span class=\"spread\">&nbsp;±&nbsp;{:.1f}&nbsp;%</span>", 100 * m.mean, 100 * m.half_width);
}

std::string axis_row(const Axis& axis) {
  const int decimals = axis.high - axis.low < 0.035 ? 1 : 0;
  std::string out = "<span></span><svg class=\"axis\" height=\"20\" aria-hidden=\"true\">";
  for (const double tick : axis.marks()) {
    out += fmt::format("<text x=\"{}\" y=\"14\">{:.{}f}</text>", axis.at(tick), 100 * tick, decimals);
  }
  return out + "</svg><span></span>";
}

std::string axis_note(const Axis& axis) {
  const std::string zero = axis.low > 1e-9 ? fmt::format(" The axis starts at {:.3g} %, not at 0.", 100 * axis.low) : "";
  return fmt::format("<p class=\"small\">{}</p>", prose("Accuracy on held-out data, in per cent. One dot a seed; the tick is the mean, "
                                                        "the band its 95 % interval." +
                                                        zero));
}

std::string set_name(const std::string& set) {
  if (set == "full") return "everything";
  if (set == "random") return "random";
  if (set == "small") return "kept";
  return set;
}

std::string net_chart(const Evidence& evidence, const std::string& net) {
  std::vector<const Measurement*> rows;
  for (const char* set : {"full", "random", "small"}) {
    if (const Measurement* m = evidence.find(net, set)) rows.push_back(m);
  }
  if (rows.empty()) return {};
  const Axis axis = axis_for(rows);
  std::string out = fmt::format("<figure class=\"evidence\"><figcaption>{}</figcaption><div class=\"dots\">", escape(net));
  for (const Measurement* m : rows) {
    out += fmt::format("<span class=\"name\">{}</span><div class=\"set {}\">{}</div><span class=\"value\">{}</span>",
                       escape(set_name(m->set)), escape(m->set), plot(*m, axis), value_of(*m));
  }
  return out + axis_row(axis) + "</div>" + axis_note(axis) + "</figure>\n";
}

}  // namespace

std::string evidence_chart(const Evidence& evidence) {
  std::string out;
  for (const std::string& net : evidence.nets()) out += net_chart(evidence, net);
  return out;
}

}  // namespace decant::report
