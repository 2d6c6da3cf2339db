#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

std::string step_row(const ByteStep& step, int64_t before, int64_t first, int64_t largest) {
  const auto bytes = static_cast<double>(step.bytes);
  const auto whole = static_cast<double>(largest);
  return fmt::format(
      "<span class=\"name\">{}</span><svg class=\"bar\" height=\"16\" aria-hidden=\"true\"><rect class=\"before\" width=\"{}\" "
      "height=\"16\" rx=\"2\"/><rect class=\"kept\" width=\"{}\" height=\"16\" rx=\"2\"/></svg><span class=\"value\"><b>{}</b> "
      "{}</span>\n",
      escape(step.name), length(static_cast<double>(before), whole), length(bytes, whole), prose(human_bytes(step.bytes)),
      prose(percent(bytes, static_cast<double>(first))));
}

std::string steps_figure(std::span<const ByteStep> steps, const std::string& caption) {
  const int64_t largest = std::ranges::max(steps, {}, &ByteStep::bytes).bytes;
  std::string out = fmt::format("<figure><figcaption>{}</figcaption><div class=\"rows\">", prose(caption));
  for (size_t i = 0; i < steps.size(); ++i) out += step_row(steps[i], steps[i == 0 ? 0 : i - 1].bytes, steps.front().bytes, largest);
  return out + "</div></figure>\n";
}

}  // namespace

std::string waterfall_chart(std::span<const ByteStep> steps) {
  if (steps.empty()) return {};
  std::string out = steps_figure(steps, "Of the source");
  if (steps.size() > 2 && steps[1].bytes < steps[0].bytes / 3) out += steps_figure(steps.subspan(1), "Of the " + steps[1].name);
  return out;
}

}  // namespace decant::report
