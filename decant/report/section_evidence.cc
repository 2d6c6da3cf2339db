#include <cmath>
#include <fmt/format.h>

#include "decant/base/options.h"
#include "decant/report/charts.h"
#include "decant/report/html.h"
#include "decant/report/sections.h"

namespace decant::report {
namespace {

std::string seeds(const Measurement& m) {
  std::string out;
  for (const double accuracy : m.accuracy) out += fmt::format("{}{:.2f}", out.empty() ? "" : ", ", 100 * accuracy);
  return out;
}

std::string table(const Evidence& evidence) {
  std::string out =
      "<div class=\"scroll\"><table><thead><tr><th>network</th><th>set</th><th class=\"n\">rows</th><th "
      "class=\"n\">accuracy, %</th>"
      "<th class=\"wrap\">each seed, %</th><th class=\"n\">steps</th><th class=\"n\">time</th><th "
      "class=\"wrap\">protocol</th></tr></thead><tbody>\n";
  for (const Measurement& m : evidence.results) {
    const std::string spread = std::isfinite(m.half_width) ? fmt::format(" ± {:.2f}", 100 * m.half_width) : "";
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{:.2f}{}</td><td class=\"wrap\">{}</td><td "
        "class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"wrap\">{}</td></tr>\n",
        escape(m.net),
        escape(m.set == "small"  ? "kept"
               : m.set == "full" ? "everything"
                                 : m.set),
        human_count(m.rows), 100 * m.mean, spread, seeds(m), human_count(m.steps), prose(human_seconds(m.seconds)), escape(m.protocol));
  }
  return out + "</tbody></table></div>\n";
}

/// One sentence a network; a single one stands at the top of the page already.
std::string verdict_list(const std::vector<Verdict>& verdicts) {
  if (verdicts.size() < 2) return {};
  std::string out = "<ul class=\"verdicts\">";
  for (const Verdict& v : verdicts) {
    out += fmt::format("<li>{}{}</li>\n", prose(v.sentence), v.against_full.empty() ? "" : " " + prose(v.against_full));
  }
  return out + "</ul>\n";
}

}  // namespace

std::string evidence_section(const RunFacts& facts, const Evidence& evidence, const std::vector<Verdict>& verdicts) {
  if (evidence.results.empty()) {
    return section("evidence", "Evidence", "<p>Whether a network learns as much from what was kept.</p>",
                   "<p>Not measured yet. Run</p>" + command_box(evaluate_command(facts)));
  }
  std::string note =
      "<p>The same network, trained equally long on everything, on a random set and on what was kept.</p>"
      "<p class=\"small\">Intervals speak of chance in training (Student’s t over the seeds; sets are compared seed by seed, for "
      "the same seed begins with the same weights), not of chance in the choice of the test data.</p>";
  if (!evidence.protocol.empty()) note += fmt::format("<p class=\"small\">Protocol: {}</p>", prose(evidence.protocol));
  return section("evidence", "Evidence", note, verdict_list(verdicts) + evidence_chart(evidence) + table(evidence));
}

}  // namespace decant::report
