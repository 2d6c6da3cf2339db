#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

/// From 0 to 1, and as far beyond as there are pixels.
struct PixelAxis {
  double low = 0;
  double high = 1;
  std::string at(double value) const { return length((value - low) / (high - low), 1); }
};

PixelAxis pixel_axis(const PixelRecord& real, const PixelRecord& synthetic) {
  const double step = 0.1;
  return {step * std::floor(std::min({0.0, real.least, synthetic.least}) / step),
          step * std::ceil(std::max({1.0, real.most, synthetic.most}) / step)};
}

std::vector<double> pixel_ticks(const PixelAxis& axis) {
  return ticks(axis.low, axis.high, 6);
}

/// Least to most as a line, mean ± deviation as a band.
std::string pixel_plot(const PixelRecord& pixels, const PixelAxis& axis) {
  std::string out = "<svg class=\"plot\" height=\"38\" aria-hidden=\"true\">";
  for (const double tick : pixel_ticks(axis))
    out += fmt::format("<line class=\"grid\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"100%\"/>", axis.at(tick));
  out += fmt::format("<line class=\"mean\" x1=\"{}\" x2=\"{}\" y1=\"19\" y2=\"19\"/>", axis.at(pixels.least), axis.at(pixels.most));
  out += fmt::format("<line class=\"band\" x1=\"{}\" x2=\"{}\" y1=\"19\" y2=\"19\"/>",
                     axis.at(std::max(axis.low, pixels.mean - pixels.deviation)),
                     axis.at(std::min(axis.high, pixels.mean + pixels.deviation)));
  return out + fmt::format("<line class=\"mean\" x1=\"{0}\" x2=\"{0}\" y1=\"5\" y2=\"33\"/></svg>", axis.at(pixels.mean));
}

std::string pixel_row(const char* name, const char* set, const PixelRecord& pixels, const PixelAxis& axis) {
  return fmt::format(
      "<span class=\"name\">{}</span><div class=\"set {}\">{}</div><span class=\"value\"><b>{:.3f}</b>&nbsp;±&nbsp;{:.3f}</span>", name,
      set, pixel_plot(pixels, axis), pixels.mean, pixels.deviation);
}

std::string pixel_axis_row(const PixelAxis& axis) {
  std::string out = "<span></span><svg class=\"axis\" height=\"20\" aria-hidden=\"true\">";
  for (const double tick : pixel_ticks(axis)) out += fmt::format("<text x=\"{}\" y=\"14\">{:.3g}</text>", axis.at(tick), tick + 0.0);
  return out + "</svg><span></span>";
}

}  // namespace

std::string pixel_chart(const PixelRecord& real, const PixelRecord& synthetic) {
  const PixelAxis axis = pixel_axis(real, synthetic);
  return fmt::format(
      "<figure class=\"evidence\"><div class=\"dots\">{}{}{}</div><p class=\"small\">Values of pixels, 0 black and 1 full. The line goes "
      "from the least to the most, the tick is the mean, the band the mean ± one deviation. Real: {:.2f} to {:.2f}; synthetic: {:.2f} to "
      "{:.2f}.</p></figure>\n",
      pixel_row("real", "full", real, axis), pixel_row("synthetic", "small", synthetic, axis), pixel_axis_row(axis), real.least, real.most,
      synthetic.least, synthetic.most);
}

}  // namespace decant::report
