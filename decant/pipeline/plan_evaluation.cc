#include "decant/pipeline/plan_evaluation.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/printable.h"
#include "decant/base/text.h"
#include "decant/evaluate/forecast.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/evidence_cache.h"
#include "decant/pipeline/judging/row_counts.h"
#include "decant/pipeline/plan.h"
#include "decant/pipeline/run/machine.h"

namespace decant {
namespace {

constexpr int64_t kLookedAt = 16;  // pictures, for the size that networks will see
const std::vector<std::string> kNotChecked = {"rows that cannot be read", "whether the small sets were made from this data set",
                                              "cached results and features"};

/// Features and scores are made once for all sets; bins are cut for each.
void add_stage(const PlanEstimate::Stage& stage, std::vector<PlanEstimate::Stage>& all) {
  if (stage.name == "read" || stage.name == "write") return;
  const auto found = std::ranges::find(all, stage.name, &PlanEstimate::Stage::name);
  if (found == all.end())
    all.push_back(stage);
  else
    found->seconds = stage.name == "bins" ? found->seconds + stage.seconds : std::max(found->seconds, stage.seconds);
}

void add_choosing_cost(const EvaluateOptions& options, const Dataset& full, const std::string& method, EvaluationPlan::Set& set,
                       EvaluationPlan& plan, const Context& context) {
  CompressOptions choosing{.keep = std::to_string(set.rows), .select = options.select, .features = options.features};
  choosing.select.method = method;
  const PlanEstimate estimate = decant::plan(full, choosing, context);
  set.method = estimate.method;
  for (const PlanEstimate::Stage& stage : estimate.stages) add_stage(stage, plan.choosing);
  for (const std::string& part : estimate.unknown) {
    if (std::ranges::find(plan.unknown, part) == plan.unknown.end()) plan.unknown.push_back(part);
  }
}

/// A few rows to look at, where a pace may be known for what they show; else none.
std::vector<int64_t> rows_to_look_at(const EvaluateOptions& options, const Rows& train) {
  std::vector<int64_t> some;
  if (options.no_cache || !has_module(kNeuralModule) || !EvidenceCache::may_hold_any(Cache(options.features.cache))) return some;
  for (int64_t i = 0; i < std::min(kLookedAt, train.size()); ++i) {
    if (const int64_t row = i * train.size() / kLookedAt; train.known_fault(row).empty()) some.push_back(row);
  }
  return some;
}

/// Settles the judge by what headers tell. Returns whether a few rows could be looked at too.
bool settle_roughly(evaluate::Judge& judge, const EvaluateOptions& options, const SetsOutline& outline, const Context& context) {
  const Rows& train = outline.full.train();
  evaluate::Data data{.rows = &train,
                      .trainable = outline.counts.usable,
                      .test_rows = outline.test_rows,
                      .classes = class_count(outline.full),
                      .class_names = outline.full.classes};
  judge.settle(data, context);
  const std::vector<int64_t> some = rows_to_look_at(options, train);
  data.some = some;
  try {
    if (!some.empty()) judge.settle(data, context);
    return !some.empty();
  } catch (const InputError&) {
  } catch (const IoError&) {
  }
  return false;  // one of them cannot be read
}

}  // namespace

EvaluationPlan plan_evaluation(const EvaluateOptions& options, const Context& context) {
  require_sound(options);
  const SetsOutline outline = outline_judged_sets(options, context);
  const ChosenJudge chosen =
      choose_judge(options, outline.full.train().modality(), neural_tools(), outline.training, outline.full.train().taught());
  const bool looked = settle_roughly(*chosen.judge, options, outline, context);
  EvaluationPlan plan{.protocol = chosen.protocol,
                      .nets = chosen.nets,
                      .seeds = options.seeds,
                      .steps = chosen.judge->steps(),
                      .test_rows = outline.test_rows,
                      .held_out = outline.held_out};
  for (const ArmOutline& arm : outline_arms(options, outline.counts)) {
    EvaluationPlan::Set set{arm.name, arm.rows, arm.budget > 0, static_cast<double>(arm.rows) / static_cast<double>(outline.counts.usable)};
    if (arm.kind == ArmOutline::Kind::method) add_choosing_cost(options, outline.full, arm.spec.base, set, plan, context);
    plan.sets.push_back(std::move(set));
  }
  plan.trainings = std::ssize(plan.nets) * std::ssize(plan.sets) * plan.seeds;
  plan.workers = evaluate::workers_for(plan.trainings, *chosen.judge, context);
  if (looked) {
    EvidenceCache cache(Cache(options.features.cache, context));
    plan.seconds = evaluate::seconds_at_known_pace(std::ssize(plan.sets) * plan.seeds, plan.workers, *chosen.judge,
                                                   {.nets = chosen.nets, .machine = this_machine().text()}, cache);
  }
  return plan;
}

Json to_json(const EvaluationPlan& plan) {
  Json sets = Json::array();
  for (const EvaluationPlan::Set& set : plan.sets) {
    sets.push_back({{"set", set.name}, {"rows", set.rows}, {"keep", set.keep}});
    if (set.about) sets.back()["about"] = true;
    if (!set.method.empty()) sets.back()["method"] = set.method;
  }
  Json choosing = Json::array();
  for (const PlanEstimate::Stage& stage : plan.choosing) choosing.push_back({{"name", stage.name}, {"seconds", stage.seconds}});
  return {{"protocol", plan.protocol},
          {"sets", sets},
          {"nets", plan.nets},
          {"seeds", plan.seeds},
          {"runs", plan.trainings},
          {"known", nullptr},
          {"trainings", plan.trainings},
          {"steps", plan.steps},
          {"side_by_side", plan.workers},
          {"seconds", plan.seconds ? Json(*plan.seconds) : Json()},
          {"choosing", choosing},
          {"unknown", plan.unknown},
          {"test_rows", plan.test_rows},
          {"held_out", plan.held_out},
          {"not_checked", kNotChecked}};
}

namespace {

std::string rows_text(const EvaluationPlan::Set& set) {
  return (set.about ? "about " : "") + human_count(set.rows);
}

std::string set_line(const EvaluationPlan::Set& set, size_t width) {
  return fmt::format("{:<20} {:>{}} rows {:>7.3g} %{}\n", printable(set.name), rows_text(set), width, 100 * set.keep,
                     set.method.empty() || set.method == set.name ? "" : "  by " + set.method);
}

std::string choosing_line(const EvaluationPlan& plan) {
  if (plan.choosing.empty() && plan.unknown.empty()) return "";
  double total = 0;
  std::vector<std::string> parts;
  for (const PlanEstimate::Stage& stage : plan.choosing) {
    total += stage.seconds;
    parts.push_back(stage.name + " " + human_seconds(stage.seconds));
  }
  for (const std::string& part : plan.unknown) parts.push_back(part + " not estimated");
  return fmt::format("choosing: {} {} ({})\n", plan.unknown.empty() ? "about" : "at least", human_seconds(total), fmt::join(parts, ", "));
}

std::string training_line(const EvaluationPlan& plan) {
  const evaluate::Forecast forecast{.trainings = plan.trainings, .steps = plan.steps, .workers = plan.workers};
  return fmt::format("at most {}: {}\n", forecast.text(),
                     plan.seconds ? "about " + human_seconds(*plan.seconds) : "time unknown, as none was measured on this machine");
}

}  // namespace

std::string plan_text(const EvaluationPlan& plan) {
  std::string text;
  size_t width = 9;
  for (const EvaluationPlan::Set& set : plan.sets) width = std::max(width, rows_text(set).size());
  for (const EvaluationPlan::Set& set : plan.sets) text += set_line(set, width);
  text += fmt::format("nets {}; protocol {}; tested on {} rows{}\n", fmt::join(plan.nets, ", "), plan.protocol, human_count(plan.test_rows),
                      plan.held_out > 0 ? ", removed from every set" : "");
  return text + choosing_line(plan) + training_line(plan) + fmt::format("not checked: {}\n", fmt::join(kNotChecked, ", "));
}

}  // namespace decant
