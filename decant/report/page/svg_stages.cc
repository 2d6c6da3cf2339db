#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"

namespace decant::report {
namespace {

std::string bar(const char* kind, double part, double whole) {
  return fmt::format(
      "<svg class=\"bar\" height=\"10\" aria-hidden=\"true\"><rect class=\"{}\" width=\"{}\" height=\"10\" "
      "rx=\"2\"/></svg>",
      kind, length(part, whole));
}

}  // namespace

std::string stage_chart(std::span<const StageRecord> stages) {
  double slowest = 0;
  double largest = 0;
  for (const StageRecord& stage : stages) {
    slowest = std::max(slowest, stage.seconds);
    largest = std::max(largest, static_cast<double>(stage.peak_rss_bytes));
  }
  std::string out =
      "<div class=\"stages\"><span class=\"head\">stage</span><span class=\"head\">time</span><span></span>"
      "<span class=\"head\">peak memory</span><span></span>";
  for (const StageRecord& stage : stages) {
    out +=
        fmt::format("<span class=\"name\">{}</span>{}<span class=\"value\">{}</span>{}<span class=\"value\">{}</span>", escape(stage.name),
                    bar("time", stage.seconds, slowest), prose(stage.seconds < 0.05 ? "<0.1 s" : human_seconds(stage.seconds)),
                    bar("memory", static_cast<double>(stage.peak_rss_bytes), largest), prose(human_bytes(stage.peak_rss_bytes)));
  }
  return out + "</div>\n";
}

}  // namespace decant::report
