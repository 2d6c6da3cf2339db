// The one place that knows the keys of evidence.json.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "decant/base/json_reader.h"
#include "decant/data/equal_bytes.h"
#include "decant/data/evidence.h"
#include "decant/data/robust_scores.h"

namespace decant {
namespace {

constexpr int64_t kSchema = 2;  // 1: values are top-1 accuracies, under "accuracy"; no budgets; of all nets, only linear converged

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json json_of(const Metric& metric) {
  Json json = {{"name", metric.name},
               {"title", metric.title},
               {"unit", metric.unit},
               {"scale", metric.scale},
               {"least", number_or_null(metric.least)},
               {"most", number_or_null(metric.most)},
               {"decimals", metric.decimals},
               {"higher_is_better", metric.higher_is_better}};
  if (!metric.of_class.empty()) json["of_class"] = metric.of_class;
  return json;
}

Json json_of(const Budget& budget) {
  return {{"amount", budget.amount}, {"unit", name_of(budget.unit)}};
}

Json json_of(const std::optional<Estimate>& gap) {
  if (!gap) return {};
  return {{"mean", gap->mean}, {"ci95", number_or_null(gap->half_width)}};
}

Json json_of(const Evidence::Cell& cell, const Metric& metric) {
  Json json = {{"net", cell.net},      {"set", cell.set},           {"rows", cell.rows},   {"budget", json_of(cell.budget)},
               {"keep", cell.keep},    {"protocol", cell.protocol}, {"seeds", cell.seeds}, {"metric", metric.name},
               {"values", cell.values}};
  if (cell.bytes > 0) json["bytes"] = cell.bytes;
  if (cell.parts) json["bytes_of"] = {{"pictures", cell.parts->pictures}, {"labels", cell.parts->labels}, {"decoder", cell.parts->decoder}};
  if (metric == top_1()) json["accuracy"] = cell.values;  // as schema 1 has it, for those who read that
  json.update({{"mean", cell.mean},
               {"ci95", number_or_null(cell.ci95)},
               {"against_random", json_of(cell.against_random)},
               {"against_full", json_of(cell.against_full)},
               {"steps", cell.steps},
               {"converged", cell.converged},
               {"seconds", cell.seconds}});
  return json;
}

Json json_of(const Evidence::Order& order) {
  return {{"net", order.net},          {"rows", order.budget.amount},      {"budget", json_of(order.budget)},
          {"order", order.best_first}, {"tau", number_or_null(order.tau)}, {"gain_kept", number_or_null(order.gain_kept)}};
}

Json json_of(const RobustScores& scores) {
  return {{"net", scores.net},
          {"set", scores.set},
          {"rows", scores.rows},
          {"lrs", json_of(scores.lrs)},
          {"ars", json_of(std::optional(scores.ars))}};
}

std::string_view bound_name(EqualBytes::Bound bound) {
  using Bound = EqualBytes::Bound;
  return bound == Bound::exact ? "exact" : bound == Bound::at_most ? "at most" : "more than";
}

Json json_of(const EqualBytes& equal, const Metric& metric) {
  return {{"net", equal.net},
          {"set", equal.set},
          {"metric", metric.name},
          {"bytes", equal.own},
          {"random", std::llround(equal.random)},
          {"bound", bound_name(equal.bound)}};
}

Json json_of(const Evidence::Cost& cost) {
  return {{"wall_seconds", cost.wall_seconds},
          {"train_seconds", cost.train_seconds},
          {"idle_seconds", cost.idle_seconds},
          {"choose_seconds", cost.choose_seconds},
          {"side_by_side", cost.workers},
          {"trained", cost.trained},
          {"known", cost.known},
          {"share", number_or_null(cost.share())}};
}

double seconds_in(const JsonReader& json, const char* field) {
  const double seconds = json.number(field);
  if (seconds < 0) json.refuse(field, "is negative");
  return seconds;
}

/// A field that must be there.
std::string name_in(const JsonReader& json, const char* field) {
  return json.require(field).text(field);
}

Metric metric_from(const JsonReader& json) {
  constexpr double none = std::numeric_limits<double>::infinity();
  Metric metric{.name = name_in(json, "name"),
                .title = name_in(json, "title"),
                .unit = name_in(json, "unit"),
                .scale = json.number("scale", 1),
                .least = json.number("least", -none),
                .most = json.number("most", none),
                .decimals = static_cast<int>(std::min<int64_t>(json.count("decimals", 1), 9)),
                .higher_is_better = json.flag("higher_is_better", true),
                .of_class = json.text("of_class")};
  if (metric.scale <= 0) json.refuse("scale", "is not above 0");
  if (metric.least >= metric.most) json.refuse("most", "is not above 'least'");
  return metric;
}

std::vector<Metric> metrics_from(const JsonReader& json) {
  std::vector<Metric> metrics;
  json.each_object("metrics", [&](const JsonReader& metric) { metrics.push_back(metric_from(metric)); });
  if (metrics.empty()) json.refuse("metrics", "has no metric");
  return metrics;
}

size_t metric_in(const JsonReader& json, const std::vector<Metric>& metrics) {
  const std::string name = name_in(json, "metric");
  const auto found = std::ranges::find(metrics, name, &Metric::name);
  if (found == metrics.end()) json.refuse("metric", fmt::format("is '{}', which \"metrics\" does not list", name));
  return static_cast<size_t>(found - metrics.begin());
}

Budget budget_from(const JsonReader& json) {
  const auto unit = budget_unit(json.text("unit"));
  if (!unit) json.refuse("unit", "is not rows, bytes, tokens or objects");
  return {json.count("amount"), *unit};
}

std::vector<double> values_from(const JsonReader& json, const char* field, const Metric& metric) {
  std::vector<double> values;
  json.each(field, [&](const Json& value, const std::string&) {
    if (!value.is_number()) json.refuse(field, fmt::format("entry {} is not a number", values.size()));
    values.push_back(value.get<double>());
    if (!(values.back() >= metric.least && values.back() <= metric.most))
      json.refuse(field, fmt::format("holds {}, but {} lies between {} and {}", values.back(), metric.title, metric.least, metric.most));
  });
  if (values.empty()) json.refuse(field, "holds no value");
  return values;
}

/// 0, 1, … where they are not said.
std::vector<uint64_t> seeds_from(const JsonReader& json, size_t values) {
  std::vector<uint64_t> seeds;
  json.each("seeds", [&](const Json& seed, const std::string&) {
    if (!seed.is_number_unsigned()) json.refuse("seeds", fmt::format("entry {} is not a seed", seeds.size()));
    seeds.push_back(seed.get<uint64_t>());
  });
  if (json.find("seeds") == nullptr) {
    seeds.resize(values);
    std::iota(seeds.begin(), seeds.end(), uint64_t{0});
  }
  if (seeds.size() != values) json.refuse("seeds", fmt::format("has {} seeds for {} values", seeds.size(), values));
  std::vector<uint64_t> sorted = seeds;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) json.refuse("seeds", "lists a seed twice");
  return seeds;
}

Evidence::Cell cell_from(const JsonReader& json, const std::vector<Metric>& metrics, int64_t schema) {
  Evidence::Cell cell{.net = name_in(json, "net"), .set = name_in(json, "set"), .rows = json.require("rows").count("rows")};
  cell.budget = schema > 1 ? budget_from(*json.require("budget").object("budget")) : Budget{cell.rows, Budget::Unit::rows};
  cell.metric = schema > 1 ? metric_in(json, metrics) : 0;
  cell.values = values_from(json, schema > 1 ? "values" : "accuracy", metrics[cell.metric]);
  cell.seeds = seeds_from(json, cell.values.size());
  cell.keep = json.number("keep");
  cell.bytes = json.count("bytes");
  if (const auto parts = json.object("bytes_of"))
    cell.parts = SetBytes{parts->count("pictures"), parts->count("labels"), parts->count("decoder")};
  cell.protocol = json.text("protocol");
  cell.steps = json.count("steps");
  cell.converged = json.flag("converged", schema == 1 && cell.net == "linear");
  cell.seconds = seconds_in(json, "seconds");
  return cell;
}

Evidence::Cost cost_from(const JsonReader& json) {
  return {.wall_seconds = seconds_in(json, "wall_seconds"),
          .train_seconds = seconds_in(json, "train_seconds"),
          .idle_seconds = seconds_in(json, "idle_seconds"),
          .choose_seconds = seconds_in(json, "choose_seconds"),
          .workers = static_cast<int>(std::min<int64_t>(json.count("side_by_side", 1), std::numeric_limits<int>::max())),
          .trained = json.count("trained"),
          .known = json.count("known")};
}

double full_accuracy_in(const JsonReader& json) {
  const double accuracy = json.number("full_accuracy");
  if (!(accuracy >= 0 && accuracy <= 1)) json.refuse("full_accuracy", "does not lie between 0 and 1");
  return accuracy;
}

}  // namespace

Json to_json(const Evidence& evidence) {
  Json metrics = Json::array();
  for (const Metric& metric : evidence.metrics) metrics.push_back(json_of(metric));
  Json results = Json::array();
  for (const Evidence::Cell& cell : evidence.cells) results.push_back(json_of(cell, evidence.metric_of(cell)));
  Json opinions = Json::array();
  for (const Evidence::Order& order : orders(evidence)) opinions.push_back(json_of(order));
  Json json = {{"schema", kSchema},     {"protocol", evidence.protocol},
               {"test", evidence.test}, {"test_rows", evidence.test_rows},
               {"metrics", metrics},    {"results", results},
               {"orders", opinions},    {"overhead", json_of(evidence.cost)}};
  if (evidence.test_left_out) json["test_rows_left_out"] = *evidence.test_left_out;
  if (evidence.full_accuracy) json["full_accuracy"] = *evidence.full_accuracy;
  for (const RobustScores& scores : robust_scores(evidence)) json["robust_scores"].push_back(json_of(scores));
  for (const EqualBytes& equal : equal_bytes(evidence)) json["equal_bytes"].push_back(json_of(equal, evidence.metrics[equal.metric]));
  return json;
}

Evidence evidence_from_json(const Json& json, const std::string& file) {
  const JsonReader top(json, file);
  const int64_t schema = top.count("schema", 1);
  if (schema < 1 || schema > kSchema) top.refuse("schema", fmt::format("is {}, but this version of decant reads 1 to {}", schema, kSchema));
  Evidence evidence{.protocol = top.text("protocol"), .test = top.text("test"), .test_rows = top.count("test_rows")};
  if (top.find("test_rows_left_out") != nullptr) evidence.test_left_out = top.count("test_rows_left_out");
  if (schema > 1) evidence.metrics = metrics_from(top);
  top.require("results").each_object("results",
                                     [&](const JsonReader& cell) { evidence.cells.push_back(cell_from(cell, evidence.metrics, schema)); });
  if (const auto cost = top.object("overhead")) evidence.cost = cost_from(*cost);
  if (top.find("full_accuracy") != nullptr) evidence.full_accuracy = full_accuracy_in(top);
  compare(evidence);
  return evidence;
}

}  // namespace decant
