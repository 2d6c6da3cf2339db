#include "decant/data/trial_record.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/printable.h"
#include "decant/base/text_table.h"
#include "decant/data/trial_costs.h"

namespace decant {

std::vector<std::string> TrialRecord::arms() const {
  std::vector<std::string> arms;
  for (const Cell& cell : cells) {
    if (std::ranges::find(arms, cell.arm) == arms.end()) arms.push_back(cell.arm);
  }
  return arms;
}

const TrialRecord::Cell* TrialRecord::find(const std::string& arm, size_t metric) const {
  const auto found = std::ranges::find_if(cells, [&](const Cell& cell) { return cell.arm == arm && cell.metric == metric; });
  return found == cells.end() ? nullptr : &*found;
}

void TrialRecord::add(const std::string& arm, size_t metric, std::vector<double> values) {
  const Estimate all = estimate(values);
  cells.push_back({.arm = arm, .metric = metric, .values = std::move(values), .mean = all.mean, .half_width = all.half_width});
}

void compare_with_random(TrialRecord& record) {
  for (TrialRecord::Cell& cell : record.cells) {
    const TrialRecord::Cell* const random = record.find("random", cell.metric);
    if (random == nullptr || random == &cell || random->values.size() != cell.values.size()) continue;
    cell.against_random = paired_difference(cell.values, random->values);
  }
}

namespace {

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(finite(value));
  return list;
}

Json estimate_json(const std::optional<Estimate>& estimate) {
  return estimate ? Json{{"mean", finite(estimate->mean)}, {"ci95", finite(estimate->half_width)}} : Json();
}

using Lines = std::vector<std::vector<std::string>>;

/// All columns but the first flush right.
std::string aligned(Lines lines) {
  std::vector<bool> right(lines.front().size(), true);
  right.front() = false;
  return text_table(std::move(lines), right);
}

std::string with_interval(std::string text, double half_width, const Metric& metric) {
  if (std::isfinite(half_width)) text += fmt::format(" ± {:.{}f}", metric.scale * half_width, metric.decimals);
  return text;
}

std::string shown(const TrialRecord::Cell& cell, const Metric& metric) {
  return with_interval(fmt::format("{:.{}f}", metric.scale * cell.mean, metric.decimals), cell.half_width, metric);
}

std::string metrics_table(const TrialRecord& record) {
  Lines lines = {{"set"}};
  for (size_t m = 0; m < record.metrics.size(); ++m) {
    const Metric& metric = record.metrics[m];
    lines.front().push_back(metric.unit.empty() ? metric.title : fmt::format("{}, {}", metric.title, metric.unit));
    if (m == 0) lines.front().emplace_back("against random");
  }
  for (const std::string& arm : record.arms()) {
    std::vector<std::string> line = {arm};
    for (size_t m = 0; m < record.metrics.size(); ++m) {
      const TrialRecord::Cell* const cell = record.find(arm, m);
      line.push_back(cell == nullptr ? "–" : shown(*cell, record.metrics[m]));
      if (m > 0) continue;
      const bool compared = cell != nullptr && cell->against_random.has_value();
      line.push_back(compared ? with_interval(fmt::format("{:+.{}f}", record.metrics[m].scale * cell->against_random->mean,
                                                          record.metrics[m].decimals),
                                              cell->against_random->half_width, record.metrics[m])
                              : "–");
    }
    lines.push_back(std::move(line));
  }
  return aligned(std::move(lines));
}

/// What each arm took.
std::string costs_table(const TrialRecord& record) {
  const std::vector<ArmCost> costs = costs_of(record);
  if (costs.empty()) return {};
  Lines lines = {{"set", "stages", "s a stage", "s in all", "of an earlier run"}};
  for (const ArmCost& cost : costs)
    lines.push_back({cost.arm, fmt::to_string(cost.stages), cost.each_text(), cost.all_text(), fmt::to_string(cost.kept)});
  return "\n" + aligned(std::move(lines));
}

/// Series that run along the same places share a table.
std::string series_tables(const TrialRecord& record) {
  std::string text;
  std::vector<bool> done(record.series.size());
  for (size_t i = 0; i < record.series.size(); ++i) {
    if (done[i]) continue;
    const TrialRecord::Series& first = record.series[i];
    Lines lines = {{fmt::format("{} by {}", first.of, first.along)}};
    for (const double at : first.at) lines.front().push_back(fmt::format("{:.4g}", at));
    for (size_t j = i; j < record.series.size(); ++j) {
      const TrialRecord::Series& next = record.series[j];
      if (done[j] || next.along != first.along || next.of != first.of || next.at != first.at) continue;
      done[j] = true;
      lines.push_back({next.arm});
      for (const double value : next.values) lines.back().push_back(fmt::format("{:.1f}", value));
    }
    text += "\n" + aligned(std::move(lines));
  }
  return text;
}

}  // namespace

Json to_json(const TrialRecord& record) {
  Json document = {{"format", "decant-trial-1"}, {"trial", record.trial}, {"protocol", record.protocol}, {"seeds", record.seeds}};
  document["results"] = Json::array();
  for (const TrialRecord::Cell& cell : record.cells) {
    const Metric& metric = record.metrics[cell.metric];
    document["results"].push_back({{"set", cell.arm},
                                   {"metric", metric.name},
                                   {"unit", metric.unit},
                                   {"mean", finite(metric.scale * cell.mean)},
                                   {"ci95", finite(metric.scale * cell.half_width)},
                                   {"values", numbers(cell.values)},
                                   {"against_random", estimate_json(cell.against_random)}});
  }
  document["series"] = Json::array();
  for (const TrialRecord::Series& series : record.series)
    document["series"].push_back(
        {{"set", series.arm}, {"along", series.along}, {"of", series.of}, {"at", numbers(series.at)}, {"values", numbers(series.values)}});
  document["notes"] = record.notes;
  document["stages"] = Json::array();
  for (const TrialRecord::StageTime& stage : record.stages)
    document["stages"].push_back({{"set", stage.arm},
                                  {"seed", stage.seed},
                                  {"stage", stage.stage},
                                  {"seconds", stage.seconds ? finite(*stage.seconds) : Json()},
                                  {"kept", stage.kept}});
  document["seconds"] = record.seconds;
  document["peak_rss_bytes"] = record.peak_rss_bytes;
  return document;
}

std::string table_of(const TrialRecord& record) {
  std::string text = metrics_table(record) + record.protocol + "\n" + series_tables(record);
  for (const std::string& note : record.notes) text += "\n" + printable(note) + "\n";
  return text + costs_table(record) + costs_sentence(record);
}

}  // namespace decant
