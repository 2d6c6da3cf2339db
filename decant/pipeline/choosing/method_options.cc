#include "decant/pipeline/choosing/method_options.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/select/scores/scores.h"

namespace decant {
namespace {

const std::vector<std::string> kRules = {"top", "band", "strata", "beta"};

bool one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::ranges::find(names, name) != names.end();
}

struct GivenOption {
  std::string name;
  std::string text;
};

/// The options that differ from their defaults.
std::vector<GivenOption> given_options(const SelectOptions& select) {
  SelectOptions given = select;
  SelectOptions defaults;
  OptionTable table;
  OptionTable plain;
  given.declare(table);
  defaults.declare(plain);
  std::vector<GivenOption> list;
  for (size_t i = 0; i < table.options().size(); ++i) {
    const Json value = table.options()[i].get();
    if (value == plain.options()[i].get()) continue;
    list.push_back({table.options()[i].name, value.is_string() ? value.get<std::string>() : json_text(value)});
  }
  return list;
}

}  // namespace

const MethodInfo& method_info(const std::string& name) {
  const auto found = std::ranges::find(methods(), name, &MethodInfo::name);
  DECANT_CHECK(found != methods().end(), ==, true);
  return *found;
}

bool is_score_method(const std::string& name) {
  return std::ranges::find(score_names(), name) != score_names().end();
}

bool makes_bins(const SelectOptions& select) {
  return one_of(select.method, {"bins", "bins-weighted"});
}

bool has_score_column(const SelectOptions& select) {
  return select.scores.ends_with(".npy");
}

std::string rule_of(const SelectOptions& select) {
  if (select.method == "auto") return "";
  const std::string& own = method_info(select.method).rule;
  return own.empty() || select.rule.empty() ? own : select.rule;
}

ScoreSource score_source(const SelectOptions& select, bool pictures) {
  if (has_score_column(select)) return ScoreSource::column;
  const bool plain = select.scores == "auto" && !pictures && !is_score_method(select.method);
  return select.method == "probe" || select.scores == "probe" || plain ? ScoreSource::probe : ScoreSource::record;
}

bool has_effect(const std::string& option, const SelectOptions& select, bool pictures) {
  const bool any = select.method == "auto";
  if (one_of(option, {"function", "lambda", "bins"})) return makes_bins(select);
  if (option == "minutes") return any;
  const bool scores = any || (method_info(select.method).scores && select.method != "probe") || select.hard_cut > 0;
  if (option == "scores") return scores;
  if (one_of(option, {"score-net", "score-epochs"}))
    return scores && select.scores == "auto" && (pictures || is_score_method(select.method));
  if (option == "rule") return any || !method_info(select.method).rule.empty();
  if (one_of(option, {"beta-mode", "beta-power"})) return any || rule_of(select) == "beta";
  return true;
}

std::vector<std::string> files_named(const SelectOptions& select, const FeatureOptions& features) {
  std::vector<std::string> files = {features.weights.string(), pool_rule(select).file.string()};
  if (select.scores != "auto" && select.scores != "probe") files.push_back(select.scores);
  if (features.features.ends_with(".npy")) files.push_back(features.features);
  return files;
}

void require_sound(const SelectOptions& asked) {
  const SelectOptions select = method_of(asked.method, asked);
  if (!(select.hard_cut >= 0 && select.hard_cut < 1) && select.hard_cut != -1)
    throw UsageError("--hard-cut is a share of the rows: 0 or more, and less than 1 (-1: the method's own)");
  if (!(select.beta_mode >= 0 && select.beta_mode <= 1) && select.beta_mode != -1)
    throw UsageError("--beta-mode lies between 0 (the hardest rows) and 1 (the easiest; -1: 0.7)");
  if (!(select.beta_power >= 0 || select.beta_power == -1) || !std::isfinite(select.beta_power))
    throw UsageError("--beta-power is a number from 0 on (-1: the method's own)");
  if (!(select.minutes >= 0)) throw UsageError("--minutes is a number from 0 on");
  if (select.score_epochs < 2) throw UsageError("--score-epochs: scores tell what changes from epoch to epoch; give 2 or more");
  if (!select.rule.empty() && std::ranges::find(kRules, select.rule) == kRules.end()) {
    const std::string near = nearest(select.rule, kRules);
    throw UsageError(
        fmt::format("--rule {}: there are {}{}", select.rule, fmt::join(kRules, ", "), near.empty() ? "" : "; did you mean " + near + "?"));
  }
  if (select.method == "scores" && !has_score_column(select)) throw UsageError("--method scores takes its numbers from --scores FILE.npy");
  if ((is_score_method(select.method) || select.method == "probe") && has_score_column(select))
    throw UsageError(
        fmt::format("--method {} computes its own numbers; with a column of yours: --method scores, and --rule", select.method));
  if (is_score_method(select.method) && select.scores == "probe")
    throw UsageError(
        fmt::format("--method {} computes its numbers from a record of training; by a linear probe: --method probe", select.method));
  const bool record = select.scores != "auto" && select.scores != "probe" && !has_score_column(select);
  if (pool_rule(select).given() && record)
    throw UsageError(fmt::format(
        "--pools {} and --scores {}: a record knows the classes, not the pools; leave --scores out, and a proxy learns the pools",
        select.pools, select.scores));
}

void require_going_together(const SelectOptions& asked) {
  require_sound(asked);
  const SelectOptions select = method_of(asked.method, asked);
  if (!select.rule.empty() && !has_effect("rule", select))
    throw UsageError(
        fmt::format("--rule {} turns scores into rows, and --method {} does not choose by scores alone: leave --rule out, or "
                    "choose by a score, like --method aum",
                    select.rule, select.method));
}

void warn_of_idle(const SelectOptions& asked, const SelectOptions& chosen, bool pictures, const Context& context) {
  const bool automatic = method_of(asked.method, asked).method == "auto";
  for (const GivenOption& option : given_options(chosen)) {
    if (option.name == "method" || has_effect(option.name, chosen, pictures) || (option.name == "minutes" && automatic)) continue;
    context.warn(fmt::format("--{} {} has no effect on --method {}", option.name, option.text, chosen.method));
  }
}

void warn_of_idle(const SelectOptions& base, std::span<const std::string> specs, bool pictures, const Context& context) {
  for (const GivenOption& option : given_options(base)) {
    const auto heeds = [&](const std::string& spec) { return has_effect(option.name, method_of(spec, base), pictures); };
    if (option.name == "method" || std::ranges::any_of(specs, heeds)) continue;
    context.warn(fmt::format("--{} {} has no effect on any of the sets in --against", option.name, option.text));
  }
}

}  // namespace decant
