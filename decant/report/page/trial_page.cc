#include "decant/report/trial_page.h"

#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/data/trial_costs.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/page_text.h"
#include "decant/report/page/sections.h"
#include "decant/report/table.h"

namespace decant::report {
namespace {

constexpr const char* kOfNothingElse = "default-src 'none'; style-src 'unsafe-inline'";

std::string value_with_interval(double value, double half_width, const Metric& metric, const char* format_sign) {
  std::string text = fmt::format("{}{:.{}f}", value >= 0 ? format_sign : "", metric.scale * value, metric.decimals);
  if (std::isfinite(half_width)) text += fmt::format("&nbsp;±&nbsp;{:.{}f}", metric.scale * half_width, metric.decimals);
  return text;
}

std::string trial_table(const TrialRecord& record) {
  std::vector<TableColumn> columns = {{"set"}};
  for (size_t m = 0; m < record.metrics.size(); ++m) {
    const Metric& metric = record.metrics[m];
    columns.push_back({metric.title + (metric.unit.empty() ? "" : ", " + metric.unit), CellKind::number});
    if (m == 0) columns.push_back({"against random", CellKind::number});
  }
  Table table(std::move(columns));
  for (const std::string& arm : record.arms()) {
    std::vector<std::string> line = {escape(arm)};
    for (size_t m = 0; m < record.metrics.size(); ++m) {
      const Metric& metric = record.metrics[m];
      const TrialRecord::Cell* const cell = record.find(arm, m);
      line.push_back(cell == nullptr ? "–" : value_with_interval(cell->mean, cell->half_width, metric, ""));
      if (m > 0) continue;
      const bool compared = cell != nullptr && cell->against_random.has_value();
      line.push_back(compared ? value_with_interval(cell->against_random->mean, cell->against_random->half_width, metric, "+") : "–");
    }
    table.add(line);
  }
  return table.html();
}

std::string notes_of(const TrialRecord& record) {
  std::string out;
  for (const std::string& note : record.notes) out += fmt::format("<p>{}</p>\n", prose(note));
  return out;
}

std::string costs_section(const TrialRecord& record) {
  const std::vector<ArmCost> costs = costs_of(record);
  if (costs.empty()) return {};
  Table table({{"set"},
               {"stages", CellKind::number},
               {"seconds a stage", CellKind::number},
               {"seconds in all", CellKind::number},
               {"of an earlier run", CellKind::number}});
  for (const ArmCost& cost : costs)
    table.add({escape(cost.arm), fmt::to_string(cost.stages), cost.each_text(), cost.all_text(), fmt::to_string(cost.kept)});
  const std::string sentence = costs_sentence(record);
  return section("costs", "What it took", sentence.empty() ? "" : fmt::format("<p>{}</p>\n", prose(sentence)), table.html());
}

}  // namespace

std::string render_trial(const TrialInput& input) {
  const TrialRecord& record = input.record;
  std::string page = page_head(fmt::format("Trial {} on {} · decant", record.trial, input.name), kOfNothingElse, kPageCss, "");
  page += fmt::format(
      "<header class=\"top\">\n<p class=\"brand\"><b>decant</b> trial {} on {}</p>\n<h1>{}</h1>\n<div "
      "class=\"lead\"><p>{}</p></div>\n</header>\n",
      escape(record.trial), escape(input.name), prose(input.question), prose(record.protocol));
  page += section("results", "What each set was worth", "", arms_chart(record, 0) + trial_table(record) + notes_of(record));
  if (const std::string charts = series_chart(record); !charts.empty())
    page += section("way", "On the way there", "<p>Means of all seeds.</p>\n", charts);
  page += costs_section(record);
  page += section("command", "Made by", "", fmt::format("<div class=\"command\"><code>{}</code></div>\n", escape(input.command)));
  return page + fmt::format(
                    "<footer>Made by decant {}. This page is self-contained and makes no requests to any "
                    "network.</footer>\n</main>\n</body>\n</html>\n",
                    escape(input.version));
}

}  // namespace decant::report
