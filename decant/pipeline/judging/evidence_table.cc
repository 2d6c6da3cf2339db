#include "decant/pipeline/judging/evidence_table.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/base/text_table.h"
#include "decant/data/class_tables.h"
#include "decant/data/equal_bytes.h"
#include "decant/data/robust_scores.h"
#include "decant/data/verdict.h"

namespace decant {
namespace {

std::string with_interval(std::string text, double half_width, const Metric& metric) {
  if (std::isfinite(half_width)) text += fmt::format(" ± {:.{}f}", metric.scale * half_width, metric.decimals + 1);
  return text;
}

/// "+1.20 ± 0.31".
std::string gap_text(const std::optional<Estimate>& gap, const Metric& metric) {
  if (!gap) return {};
  return with_interval(fmt::format("{:+.{}f}", metric.scale * gap->mean, metric.decimals + 1), gap->half_width, metric);
}

std::string value_text(const Evidence::Cell& cell, const Metric& metric) {
  return with_interval(fmt::format("{:.{}f}", metric.scale * cell.mean, metric.decimals + 1), cell.ci95, metric);
}

using TextTable = std::vector<std::vector<std::string>>;

std::string orders_table(const std::vector<Evidence::Order>& orders) {
  if (orders.empty()) return {};
  TextTable table = {{std::string(name_of(orders.front().budget.unit)), "network", "τ", "gain kept", "sets, best first"}};
  for (const Evidence::Order& order : orders) {
    std::string sets;
    for (const std::string& set : order.best_first) sets += (sets.empty() ? "" : ", ") + set;
    table.push_back({human_count(order.budget.amount), order.net, std::isfinite(order.tau) ? fmt::format("{:+.2f}", order.tau) : "–",
                     std::isfinite(order.gain_kept) ? fmt::format("{:.0f} %", 100 * order.gain_kept) : "–", sets});
  }
  return "\nDo the networks agree? τ: Kendall's tau with the first network's order; gain: over random, next to the first network's.\n" +
         text_table(table, {true, false, true, true, false});
}

std::string score_text(const Estimate& score) {
  return with_interval(fmt::format("{:.1f}", 100 * score.mean), score.half_width, top_1());
}

std::string scores_table(const std::vector<RobustScores>& scores) {
  if (scores.empty()) return {};
  TextTable table = {{"network", "set", "rows", "label-robust", "augmentation-robust"}};
  for (const RobustScores& one : scores)
    table.push_back({one.net, one.set, human_count(one.rows), one.lrs ? score_text(*one.lrs) : "–", score_text(one.ars)});
  return "\nDD-Ranking's scores, trained on classes, of 100. Augmentation-robust: 26.9 is no better than random rows of that number. "
         "Label-robust: needs all real rows' accuracy (--against full, or --full-accuracy).\n" +
         text_table(table, {false, false, true, true, true});
}

std::string equal_bytes_table(const Evidence& evidence) {
  const std::vector<EqualBytes> all = equal_bytes(evidence);
  if (all.empty()) return {};
  TextTable table = {{"network", "measured by", "set", "takes", "random rows of"}};
  for (const EqualBytes& equal : all)
    table.push_back({equal.net, evidence.metrics[equal.metric].title, equal.set, human_bytes(equal.own), equal.text()});
  return "\nRandom rows of how many bytes teach as much? By means, between the sizes that were measured.\n" +
         text_table(table, {false, false, false, true, true});
}

std::string table_of(const Evidence& evidence, size_t which) {
  const Metric& metric = evidence.metrics[which];
  TextTable table = {
      {"network", "set", "keep", "rows", fmt::format("{}, {}", metric.title, metric.unit), "against random", "against full", "protocol"}};
  for (const Evidence::Cell& cell : evidence.cells) {
    if (cell.metric != which) continue;
    table.push_back({cell.net, cell.set, fmt::format("{:.3g} %", 100 * cell.keep), human_count(cell.rows), value_text(cell, metric),
                     gap_text(cell.against_random, metric), gap_text(cell.against_full, metric), cell.protocol});
  }
  return text_table(table, {false, false, true, true, true, true, true, false});
}

std::string table_of_classes(const ClassTable& classes) {
  const Metric& metric = classes.metric;
  TextTable table = {{fmt::format("{}, {} of", metric.title, metric.unit)}};
  for (const Evidence::Cell* set : classes.columns) table.front().push_back(fmt::format("{} {:.3g} %", set->set, 100 * set->keep));
  for (const ClassTable::Line& line : classes.lines) {
    table.push_back({line.of_class});
    for (const std::optional<double>& mean : line.means)
      table.back().push_back(mean ? fmt::format("{:.{}f}", metric.scale * *mean, metric.decimals) : "–");
  }
  std::vector<bool> right(table.front().size(), true);
  right.front() = false;
  return "\n" + classes.net + ", class by class (means)\n" + text_table(table, right);
}

/// What sets take whose bytes are not of pictures alone.
std::string parts_table(const Evidence& evidence) {
  const std::vector<const Evidence::Cell*> sets = sets_of_parts(evidence);
  if (sets.empty()) return {};
  TextTable table = {{"set", "rows", "takes", "pictures", "labels", "decoder"}};
  for (const Evidence::Cell* const set : sets)
    table.push_back({set->set, human_count(set->rows), human_bytes(set->bytes), human_bytes(set->parts->pictures),
                     human_bytes(set->parts->labels), human_bytes(set->parts->decoder)});
  return "\nWhat sets take besides pictures. A teacher counts nowhere: what it said is stored.\n" +
         text_table(table, {false, true, true, true, true, true});
}

}  // namespace

std::string evidence_table(const Evidence& evidence) {
  std::string text;
  for (size_t metric = 0; metric < evidence.metrics.size(); ++metric) {
    if (evidence.metrics[metric].of_class.empty()) text += table_of(evidence, metric);
  }
  const std::string note = short_training_note(evidence);
  const std::string chosen = choosing_note(evidence.cost);
  text += evidence.protocol + "\n" + (note.empty() ? "" : note + "\n") + (chosen.empty() ? "" : chosen + "\n");
  for (const ClassTable& table : class_tables(evidence)) text += table_of_classes(table);
  return text + parts_table(evidence) + orders_table(orders(evidence)) + equal_bytes_table(evidence) +
         scores_table(robust_scores(evidence));
}

}  // namespace decant
