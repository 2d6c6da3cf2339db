#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/data/class_tables.h"
#include "decant/data/equal_bytes.h"
#include "decant/data/robust_scores.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"
#include "decant/report/table.h"

namespace decant::report {
namespace {

std::string number(double value, const Metric& metric) {
  return fmt::format("{:.{}f}", metric.scale * value, metric.decimals + 1);
}

std::string seeds(const Evidence::Cell& cell, const Metric& metric) {
  std::string out;
  for (const double value : cell.values) out += (out.empty() ? "" : ", ") + number(value, metric);
  return out;
}

std::string set_name(const std::string& set, std::string_view small) {
  return set == "small" ? std::string(small) : set == "full" ? "everything" : set;
}

bool any_by_bytes(const Evidence& evidence) {
  return std::ranges::any_of(evidence.cells, [](const Evidence::Cell& cell) { return cell.budget.unit == Budget::Unit::bytes; });
}

/// What a set may take, or what the kept one takes; empty where bytes were not asked about.
std::string bytes_text(const Evidence::Cell& cell, int64_t small_bytes) {
  const bool by_bytes = cell.budget.unit == Budget::Unit::bytes;
  const int64_t bytes = by_bytes ? cell.budget.amount : cell.set == "small" ? small_bytes : 0;
  return bytes > 0 ? prose(human_bytes(bytes)) : "";
}

std::string results_table(const Evidence& evidence, size_t which, int64_t small_bytes, std::string_view small) {
  const Metric& metric = evidence.metrics[which];
  const bool by_bytes = any_by_bytes(evidence);
  std::vector<TableColumn> columns = {{"network"}, {"set"}, {"rows", CellKind::number}};
  if (by_bytes) columns.push_back({"bytes", CellKind::number});
  columns.insert(columns.end(), {{metric.title + ", " + metric.unit, CellKind::number},
                                 {"each seed, " + metric.unit, CellKind::wrapped},
                                 {"steps", CellKind::number},
                                 {"time", CellKind::number},
                                 {"protocol", CellKind::wrapped}});
  Table table(std::move(columns));
  for (const Evidence::Cell& cell : evidence.cells) {
    if (cell.metric != which) continue;
    const std::string spread = std::isfinite(cell.ci95) ? " ± " + number(cell.ci95, metric) : "";
    std::vector<std::string> line = {escape(cell.net), escape(set_name(cell.set, small)), human_count(cell.rows)};
    if (by_bytes) line.push_back(bytes_text(cell, small_bytes));
    line.insert(line.end(), {number(cell.mean, metric) + spread, seeds(cell, metric), human_count(cell.steps),
                             prose(human_seconds(cell.seconds)), escape(cell.protocol)});
    table.add(line);
  }
  return table.html();
}

/// What was measured of single classes.
std::string classes_list(const Evidence& evidence, std::string_view small) {
  std::string out;
  for (const ClassTable& classes : class_tables(evidence)) {
    std::vector<TableColumn> columns = {{classes.metric.title + ", " + classes.metric.unit}};
    for (const Evidence::Cell* set : classes.columns)
      columns.push_back({fmt::format("{}, {} rows", set_name(set->set, small), human_count(set->rows)), CellKind::number});
    Table table(std::move(columns));
    for (const ClassTable::Line& of : classes.lines) {
      std::vector<std::string> line = {escape(of.of_class)};
      for (const std::optional<double>& mean : of.means) line.push_back(mean ? number(*mean, classes.metric) : "–");
      table.add(line);
    }
    out += fmt::format("<h3>Class by class, {}</h3>\n", escape(classes.net)) + table.html();
  }
  return out;
}

std::string finite_text(double value, const char* format) {
  return std::isfinite(value) ? prose(fmt::format(fmt::runtime(format), value)) : "–";
}

/// Whether networks agree: each one's order of the sets of one budget, next to the first's.
std::string orders_list(const Evidence& evidence, std::string_view small) {
  const std::vector<Evidence::Order> all = orders(evidence);
  if (all.empty()) return {};
  Table table({{"network"},
               {std::string(name_of(all.front().budget.unit)), CellKind::number},
               {"Kendall’s τ", CellKind::number},
               {"gain kept", CellKind::number},
               {"sets, best first", CellKind::wrapped}});
  for (const Evidence::Order& order : all) {
    std::string sets;
    for (const std::string& set : order.best_first) sets += (sets.empty() ? "" : ", ") + set_name(set, small);
    table.add({escape(order.net), human_count(order.budget.amount), finite_text(order.tau, "{:+.2f}"),
               finite_text(100 * order.gain_kept, "{:.0f} %"), escape(sets)});
  }
  return "<h3>Do the networks agree?</h3>\n" + table.html() +
         "<p class=\"small\">τ: of each network’s order with the first one’s. Gain: over random rows, "
         "summed over the sets, as a share of the first network’s.</p>\n";
}

/// What the bytes of sets are worth, in random rows.
std::string equal_bytes_list(const Evidence& evidence, std::string_view small) {
  const std::vector<EqualBytes> all = equal_bytes(evidence);
  if (all.empty()) return {};
  Table table({{"network"}, {"measured by"}, {"set"}, {"takes", CellKind::number}, {"random rows of", CellKind::number}});
  for (const EqualBytes& equal : all)
    table.add({escape(equal.net), escape(evidence.metrics[equal.metric].title), escape(set_name(equal.set, small)),
               prose(human_bytes(equal.own)), prose(equal.text())});
  return "<h3>Random rows that teach as much</h3>\n" + table.html() +
         "<p class=\"small\">By means over the seeds, on a straight line between the sizes that were measured, "
         "bytes on a logarithmic scale. Nothing is said beyond the smallest and the largest of them.</p>\n";
}

/// What sets take whose bytes are not of pictures alone.
std::string parts_list(const Evidence& evidence, std::string_view small) {
  const std::vector<const Evidence::Cell*> sets = sets_of_parts(evidence);
  if (sets.empty()) return {};
  Table table({{"set"},
               {"rows", CellKind::number},
               {"takes", CellKind::number},
               {"pictures", CellKind::number},
               {"labels", CellKind::number},
               {"decoder", CellKind::number}});
  for (const Evidence::Cell* const set : sets)
    table.add({escape(set_name(set->set, small)), human_count(set->rows), prose(human_bytes(set->bytes)),
               prose(human_bytes(set->parts->pictures)), prose(human_bytes(set->parts->labels)), prose(human_bytes(set->parts->decoder))});
  return "<h3>What sets take besides pictures</h3>\n" + table.html() +
         "<p class=\"small\">A teacher counts nowhere: what it said is stored, and it is not asked when a set is trained on.</p>\n";
}

std::string score_text(const std::optional<Estimate>& score) {
  if (!score) return "–";
  const std::string spread = std::isfinite(score->half_width) ? fmt::format(" ± {:.1f}", 100 * score->half_width) : "";
  return fmt::format("{:.1f}{}", 100 * score->mean, spread);
}

std::string scores_list(const Evidence& evidence, std::string_view small) {
  const std::vector<RobustScores> all = robust_scores(evidence);
  if (all.empty()) return {};
  Table table({{"network"},
               {"set"},
               {"rows", CellKind::number},
               {"label-robust, of 100", CellKind::number},
               {"augmentation-robust, of 100", CellKind::number}});
  for (const RobustScores& one : all)
    table.add({escape(one.net), escape(set_name(one.set, small)), human_count(one.rows), score_text(one.lrs), score_text(one.ars)});
  return "<h3>DD-Ranking’s scores</h3>\n" + table.html() +
         "<p class=\"small\">Trained on classes, without labels of the set’s own. Augmentation-robust: gains "
         "over random rows with and without augmentation; 26.9 is none. Label-robust: the gain over random rows, and what is "
         "missing to all real rows, where their accuracy is known.</p>\n";
}

/// One sentence a network; a single one stands at the top of the page already.
std::string verdict_list(const std::vector<Verdict>& verdicts) {
  if (verdicts.size() < 2) return {};
  std::string out = "<ul class=\"verdicts\">";
  for (const Verdict& verdict : verdicts) out += fmt::format("<li>{}</li>\n", prose(verdict.text()));
  return out + "</ul>\n";
}

std::string evidence_note(const Facts& facts) {
  const bool pictures = facts.modality.name == modality::pictures.name;
  std::string note = facts.synthetic ? "<p>The same network, trained on the synthetic pictures and on real rows.</p>"
                     : pictures      ? "<p>The same network, trained equally long on everything, on a random set and on the kept set.</p>"
                                     : "<p>The same model, fitted to everything, to a random set and to the kept set.</p>";
  note +=
      "<p class=\"small\">Intervals cover randomness in training (Student’s t over the seeds; sets are compared seed by seed, since "
      "the same seed starts from the same weights), not in the choice of the test data.</p>";
  const std::string& protocol = facts.input.evidence->protocol;
  return protocol.empty() ? note : note + fmt::format("<p class=\"small\">Protocol: {}</p>", prose(protocol));
}

}  // namespace

std::string evidence_section(const Facts& facts) {
  const Evidence* const evidence = facts.input.evidence;
  if (evidence == nullptr || evidence->cells.empty()) {
    return section("evidence", "Evidence",
                   fmt::format("<p>Whether a {} learns as much from the {} set.</p>",
                               facts.modality.name == modality::pictures.name ? "network" : "model", facts.small()),
                   "<p>Not measured yet. Run</p>" + command_box(evaluate_command(facts.run)));
  }
  std::string body = verdict_list(facts.verdicts);
  const int64_t small_bytes = facts.run.bytes_after;
  const std::string_view small = facts.small();
  for (size_t metric = 0; metric < evidence->metrics.size(); ++metric) {
    const bool measured = std::ranges::find(evidence->cells, metric, &Evidence::Cell::metric) != evidence->cells.end();
    if (!measured || !evidence->metrics[metric].of_class.empty()) continue;
    body += evidence_chart(*evidence, metric, small) + bytes_chart(*evidence, metric, small_bytes, small) +
            results_table(*evidence, metric, small_bytes, small);
  }
  body += classes_list(*evidence, small);
  body += parts_list(*evidence, small);
  body += orders_list(*evidence, small) + equal_bytes_list(*evidence, small) + scores_list(*evidence, small);
  return section("evidence", "Evidence", evidence_note(facts), body);
}

}  // namespace decant::report
