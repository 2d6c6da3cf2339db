#include "decant/pipeline/choosing/method_spec.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/choosing/automatic.h"
#include "decant/pipeline/choosing/field_source.h"
#include "decant/pipeline/choosing/named_columns.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/select/rules/list.h"

namespace decant {

void ChoosingOptions::declare(OptionTable& table) {
  table.add("method", method, "NAME",
            fmt::format("which rows are kept: auto, {}; options may follow the name: ccs+hard-cut=0.2", fmt::join(method_names(), ", ")));
  own.declare(table);
  table.add("pool", pool, "choose from all rows in one pool, whatever their classes");
  table
      .add(
          "pools", pools, "HOW",
          "pools in place of classes: kmeans:K, rarest (class of objects), field:NAME of the records, or a .npy with a pool number per row")
      .by_content = true;
  table
      .add("toward", toward, "PATH",
           "choose toward the examples of this data set, read like the input; where features are a .npy, a .npy of the examples' features")
      .silent_at = "\"\"";
  table
      .add("scores", scores, "WHAT",
           "where scores come from: auto (train a proxy; linear probe for a matrix), probe, a `decant scores` folder, field:NAME of the "
           "records, bytes-per-pixel of picture files, shape-complexity of objects, or a .npy with one value per row")
      .by_content = true;
  table.add_share("hard-cut", hard_cut, "SHARE",
                  "first drop this share of each pool, hardest rows first; default: none, except ccs: as published");
  table.add("score-net", score_net, "NET", "network of the proxy");
  table.add("score-epochs", score_epochs, "N", "epochs of the proxy");
  table.add("minutes", minutes, "M", "auto: time limit for training a proxy; default: none");
}

double ResolvedMethod::hard_cut(double keep) const {
  return options.hard_cut ? *options.hard_cut : method->hard_cut ? method->hard_cut(keep) : 0;
}

bool is_column(const std::string& scores) {
  return scores.ends_with(".npy") || named_column(scores) != nullptr || field_named(scores).has_value();
}

namespace {

ScoreSource needed_source(Scores needed, const ChoosingOptions& options, bool pictures) {
  if (options.scores_are_a_column()) return ScoreSource::column;
  const std::string& scores = options.scores;
  if (needed == Scores::probe || scores == "probe") return ScoreSource::probe;
  return scores == "auto" && !pictures && needed != Scores::record ? ScoreSource::probe : ScoreSource::record;
}

}  // namespace

ScoreSource ResolvedMethod::score_source(bool pictures, bool cut) const {
  if (method->scores == Scores::none && !cut) return ScoreSource::none;
  return needed_source(method->scores, options, pictures);
}

namespace {

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Options that only those heed that list them.
bool has_owners(const std::string& option) {
  return std::ranges::any_of(methods(), [&](const Method& method) { return among(method.options, option); }) ||
         std::ranges::any_of(rules(), [&](const Rule& rule) { return among(rule.options, option); });
}

/// Whether `option`, by its long name, can change what `method` chooses.
bool heeds(const Method& method, const std::string& option, const ChoosingOptions& options, bool pictures) {
  const Rule* const rule = rule_of(method, options.own);
  if (among(method.options, option) || (rule != nullptr && among(rule->options, option))) return true;
  if (has_owners(option) || option == "minutes") return false;
  if (option == "rule") return rule != nullptr;
  if (option == "toward") return method.targets;
  const bool cut = options.hard_cut.value_or(0) > 0;
  const bool scores = cut || (method.scores != Scores::none && method.scores != Scores::probe);
  if (option == "scores") return scores;
  if (option == "score-net" || option == "score-epochs")
    return scores && options.scores == "auto" && needed_source(method.scores, options, pictures) == ScoreSource::record;
  return true;
}

/// For "auto": whether `option` can change what is chosen by any method that might be taken.
bool heeds(const MethodSpec& spec, const std::string& option, bool pictures) {
  if (spec.method != nullptr) return heeds(*spec.method, option, spec.options, pictures);
  return option == "minutes" || option == "toward" || std::ranges::any_of(automatic_methods(pictures), [&](const Method* method) {
           return heeds(*method, option, spec.options, pictures);
         });
}

/// Sets one option and returns its name.
std::string set_option(OptionTable& table, const std::string& part, const std::string& spec) {
  const size_t sign = part.find('=');
  const std::string name = part.substr(0, sign);
  std::vector<std::string> names;
  for (const Option& option : table.options()) {
    if (option.name != "method") names.push_back(option.name);
  }
  if (!among(names, name)) throw UsageError(fmt::format("method {}: {}", spec, unknown_name("option", name, names)));
  table.find(name)->set(sign == std::string::npos ? "true" : part.substr(sign + 1));
  return name;
}

const Method* method_named(const std::string& name) {
  std::vector<std::string> names = method_names();
  names.insert(names.begin(), "auto");
  if (!among(names, name)) throw UsageError(unknown_name("method", name, names));
  return find_method(name);
}

void require_in_range(const ChoosingOptions& options) {
  const auto within = [](const std::optional<double>& value, double low, double high) {
    return !value || (*value >= low && *value <= high);
  };
  if (!within(options.hard_cut, 0, std::nextafter(1, 0)))
    throw UsageError("--hard-cut must be a fraction of the rows: at least 0 and less than 1");
  if (!within(options.own.diversity, 0, 1)) throw UsageError("--diversity must lie between 0 (none) and 1");
  if (options.own.for_steps < 0) throw UsageError("--for-steps must be at least 0");
  if (!within(options.own.beta_mode, 0, 1)) throw UsageError("--beta-mode must lie between 0 (the hardest rows) and 1 (the easiest)");
  if (!within(options.own.beta_power, 0, std::numeric_limits<double>::max())) throw UsageError("--beta-power must be at least 0");
  if (options.minutes && !(*options.minutes > 0)) throw UsageError("--minutes must be more than 0; omit it for no limit");
  if (options.score_epochs < 2) throw UsageError("--score-epochs must be at least 2, since scores compare epochs");
  if (!options.own.rule.empty() && find_rule(options.own.rule) == nullptr)
    throw UsageError(unknown_name("rule", options.own.rule, rule_names()));
}

void require_its_targets(const MethodSpec& spec) {
  if (spec.method != nullptr && spec.method->targets && spec.options.toward.empty())
    throw UsageError(fmt::format("--method {} needs examples to choose toward: --toward PATH", spec.options.method));
}

/// Throws UsageError for a method whose scores are not to be had from --scores.
void require_its_scores(const MethodSpec& spec) {
  const Scores needs = spec.method == nullptr ? Scores::any : spec.method->scores;
  const std::string& method = spec.options.method;
  const std::string& scores = spec.options.scores;
  const bool column = spec.scores_are_a_column();
  if (needs == Scores::column && !column)
    throw UsageError(fmt::format("--method {} needs --scores FILE.npy or --scores field:NAME", method));
  if ((needs == Scores::record || needs == Scores::probe) && column)
    throw UsageError(fmt::format("--method {} computes its own scores; to use yours, give --method scores and a --rule", method));
  if (needs == Scores::record && scores == "probe")
    throw UsageError(fmt::format("--method {} computes its scores from training dynamics; for a linear probe use --method probe", method));
  const bool record = scores != "auto" && scores != "probe" && !column;
  if (pool_rule(spec.options).given() && record)
    throw UsageError(
        fmt::format("--pools {} and --scores {}: the dynamics were recorded with classes, not with these pools; omit --scores to "
                    "train a proxy on the pools",
                    spec.options.pools, scores));
}

}  // namespace

MethodSpec parse_method(const std::string& text, const ChoosingOptions& given) {
  MethodSpec spec{.options = given};
  size_t begin = std::min(text.find('+'), text.size());
  spec.options.method = text.substr(0, begin);
  spec.method = method_named(spec.options.method);
  OptionTable table;
  spec.options.declare(table);
  std::vector<std::string> named;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('+', begin + 1), text.size());
    named.push_back(set_option(table, text.substr(begin + 1, end - begin - 1), text));
    begin = end;
  }
  require_in_range(spec.options);
  for (const std::string& name : named) {
    if (!heeds(spec, name, /*pictures=*/true))
      throw UsageError(fmt::format("method {}: {} has no effect on {}; omit it", text, name, spec.options.method));
  }
  require_its_scores(spec);
  require_its_targets(spec);
  return spec;
}

MethodSpec parse_method(const ChoosingOptions& asked) {
  MethodSpec spec = parse_method(asked.method, asked);
  if (!spec.options.own.rule.empty() && !heeds(spec, "rule", /*pictures=*/true))
    throw UsageError(
        fmt::format("--rule {} has no effect on --method {}, which does not choose by scores alone; omit --rule, or use a "
                    "method that does, such as --method aum",
                    spec.options.own.rule, spec.options.method));
  return spec;
}

void warn_of_idle(const MethodSpec& spec, const ResolvedMethod& method, bool pictures, const Context& context) {
  for (const auto& [name, text] : given_options(method.options)) {
    const bool decided = name == "method" || (spec.method == nullptr && name == "minutes");  // it had its say
    if (!decided && !heeds(*method.method, name, method.options, pictures))
      context.warn(fmt::format("--{} {} has no effect on --method {}", name, text, method.name()));
  }
}

void warn_of_idle(const ChoosingOptions& given, std::span<const MethodSpec> specs, bool pictures, const Context& context) {
  for (const auto& [name, text] : given_options(given)) {
    const bool idle = std::ranges::none_of(specs, [&, &option = name](const MethodSpec& spec) { return heeds(spec, option, pictures); });
    if (idle && name != "method") context.warn(fmt::format("--{} {} has no effect on any of the sets in --against", name, text));
  }
}

}  // namespace decant
