#include "decant/select/methods/list.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/options.h"
#include "decant/base/text.h"
#include "decant/select/methods/class_coverage.h"
#include "decant/select/methods/csod.h"
#include "decant/select/methods/d2.h"
#include "decant/select/methods/diverse_coverage.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/herding.h"
#include "decant/select/methods/k_center.h"
#include "decant/select/methods/kernel_herding.h"
#include "decant/select/methods/kmeans_centres.h"
#include "decant/select/methods/moderate.h"
#include "decant/select/methods/progress.h"
#include "decant/select/methods/random.h"
#include "decant/select/methods/subzerocore.h"
#include "decant/select/methods/thinning.h"
#include "decant/select/methods/toward.h"
#include "decant/select/methods/weighted_bins.h"
#include "decant/select/methods/zcore.h"
#include "decant/select/rules/list.h"
#include "decant/select/rules/strata.h"
#include "decant/select/scores/scores.h"

namespace decant {

void MethodOptions::declare(OptionTable& table) {
  table.add_choice(
      "function", function_names(), [this](size_t place) { function = static_cast<BinFunction>(place); },
      [this] { return static_cast<size_t>(function); }, "NAME", fmt::format("objective of bins: {}", fmt::join(function_names(), ", ")));
  table.add("lambda", lambda, "L", "weight of coverage against redundancy in graph-cut and csod");
  table.add("bins", bins, "N", "bins per pool");
  table.add_share("diversity", diversity, "SHARE",
                  fmt::format("weight of being unlike the rows taken before, from 0 to 1; default: toward {}, diverse-objects {}",
                              TowardOptions{}.diversity, DiverseCoverageOptions{}.diversity));
  table
      .add("for-steps", for_steps, "N",
           "progress: steps of the training that the kept rows are for, which may take harder rows the longer it is; 0 = 8,000 or more")
      .silent_at = "0";
  table.add_share(
      "balance", balance, "SHARE",
      fmt::format("objects, diverse-objects: from 0 (as many objects as possible) to 1 (every class evenly); default: {}, of auto 0",
                  ClassCoverageOptions{}.balance));
  table
      .add("min-objects", min_objects, "N",
           "objects, diverse-objects: keep at least N objects (of masks, pixels) of every class, or all it has, the rarest class first")
      .silent_at = "0";
  table.add("per-image", per_image, "N", "objects, diverse-objects: of a class, at most N objects (pixels) of one picture count; 0 = all")
      .silent_at = "0";
  table.add("rule", rule, "NAME", fmt::format("how scores select rows: {}; default: the method's own", fmt::join(rule_names(), ", ")));
  table.add("beta-mode", beta_mode, "M",
            fmt::format("rule beta: difficulty drawn most often, from 0 (hardest) to 1 (easiest); default: the method's own, else {}",
                        kBetaMode));
  table.add("beta-power", beta_power, "P", "rule beta: exponent of the score, 0 = difficulty only; default: the method's own");
}

namespace {

/// The ranker of a method of features alone: `rank(features, pool, seed, context)`.
template <class Rank>
auto by_features(Rank rank) {
  return [rank](const MethodInputs& inputs, uint64_t seed) -> Ranker {
    return [rank, features = inputs.features, seed](const PoolTask& pool, const Context& context) {
      return rank(features, pool, seed, context);
    };
  };
}

TowardOptions toward_options(const MethodOptions& options) {
  return {.diversity = options.diversity.value_or(TowardOptions{}.diversity)};
}

Ranker rank_toward(const MethodInputs& inputs, uint64_t) {
  return [features = inputs.features, targets = inputs.targets, how = toward_options(inputs.options)](
             const PoolTask& pool, const Context& context) { return toward(features, targets, pool, how, context); };
}

ClassCoverageOptions coverage_of(const MethodOptions& options) {
  return {
      .balance = options.balance.value_or(ClassCoverageOptions{}.balance), .floor = options.min_objects, .per_image = options.per_image};
}

Ranker rank_by_coverage(const MethodInputs& inputs, uint64_t) {
  return [amounts = inputs.amounts, how = coverage_of(inputs.options)](const PoolTask& pool, const Context& context) {
    return class_coverage(*amounts, pool, how, context);
  };
}

double diversity_asked(const MethodOptions& options) {
  return options.diversity.value_or(DiverseCoverageOptions{}.diversity);
}

Ranker rank_by_diverse_coverage(const MethodInputs& inputs, uint64_t) {
  const DiverseCoverageOptions how{coverage_of(inputs.options), diversity_asked(inputs.options)};
  return [amounts = inputs.amounts, features = inputs.features, how](const PoolTask& pool, const Context& context) {
    return diverse_coverage(*amounts, features, pool, how, context);
  };
}

Ranker rank_by_csod(const MethodInputs& inputs, uint64_t) {
  return [amounts = inputs.amounts, objects = inputs.objects, lambda = inputs.options.lambda](
             const PoolTask& pool, const Context& context) { return csod(*amounts, objects, pool, {.lambda = lambda}, context); };
}

std::string note_of_csod(const MethodInputs& inputs, const MethodPhrases& phrases) {
  return fmt::format("csod, {} classes in turn over {} of cut-out objects, in {}", inputs.amounts->classes(), phrases.features,
                     phrases.pools);
}

/// "covering 7 classes by objects (balance 1)"
std::string phrase_of_coverage(const MethodInputs& inputs) {
  const MethodOptions& options = inputs.options;
  std::string how = fmt::format("balance {}", coverage_of(options).balance);
  if (options.min_objects > 0) how += fmt::format(", at least {} of each", human_count(options.min_objects));
  if (options.per_image > 0) how += fmt::format(", at most {} of one picture counted", human_count(options.per_image));
  return fmt::format("covering {} classes by {} ({})", inputs.amounts->classes(), name_of(inputs.amounts->unit), how);
}

std::string note_of_coverage(const MethodInputs& inputs, const MethodPhrases& phrases) {
  return fmt::format("objects, {}, in {}", phrase_of_coverage(inputs), phrases.pools);
}

std::string note_of_diverse_coverage(const MethodInputs& inputs, const MethodPhrases& phrases) {
  return fmt::format("diverse-objects, {} and pictures over {}, diversity {}, in {}", phrase_of_coverage(inputs), phrases.features,
                     diversity_asked(inputs.options), phrases.pools);
}

Ranker rank_by_d2(const MethodInputs& inputs, uint64_t) {
  return [features = inputs.features, hard = raised_to_zero(inputs.scores, inputs.left_out)](const PoolTask& pool, const Context& context) {
    return d2(features, hard, pool, {}, context);
  };
}

/// Beside rows that were chosen before.
MethodResult go_on_at_random(const MethodInputs& inputs, uint64_t seed, const Context& context) {
  const auto draw = [inputs, context](uint64_t s) {
    const RankingOptions options{.valid_sizes = ValidSizes::count_alone, .shares = inputs.shares, .chosen = inputs.chosen};
    const auto ranker = [s](const PoolTask& pool, const Context&) { return random_beside(pool, s); };
    return select_ranked("random", inputs.rows, inputs.labels, inputs.left_out, inputs.count, options, ranker, context);
  };
  return {draw(seed), draw};
}

MethodResult draw_random(const MethodInputs& inputs, uint64_t seed, const Context& context) {
  if (!inputs.chosen.rows.empty()) return go_on_at_random(inputs, seed, context);
  const auto draw = [rows = inputs.rows, labels = inputs.labels, left_out = inputs.left_out](uint64_t s) {
    return select_random(rows, labels, left_out, /*per_class=*/true, s);
  };
  return {draw(seed), draw};
}

Selection cut(const MethodInputs& inputs, uint64_t seed, const Context& context) {
  const MethodOptions& options = inputs.options;
  const bool gradients = inputs.gradient_classes > 0 && options.function == BinFunction::graph_cut;
  const BinOptions bins{.function = gradients ? BinFunction::graph_cut_gradient : options.function,
                        .lambda = options.lambda,
                        .bins = options.bins,
                        .kmeans = inputs.kmeans,
                        .seed = seed,
                        .classes = inputs.gradient_classes,
                        .engine = inputs.engine,
                        .ranks = inputs.ranks};
  return select_bins(inputs.features, inputs.labels, inputs.left_out, bins, context, inputs.keeper);
}

MethodResult cut_bins(const MethodInputs& inputs, uint64_t seed, const Context& context) {
  return {cut(inputs, seed, context)};
}

MethodResult weigh_cut_bins(const MethodInputs& inputs, uint64_t seed, const Context& context) {
  const auto bins = std::make_shared<const Selection>(cut(inputs, seed, context));
  const Shares shares(Shares::by_size, inputs.shares.least);
  const auto draw = [bins, features = inputs.features, count = inputs.count, shares, context](uint64_t s) {
    return weighted_bins(*bins, features, {}, count, {.seed = s, .shares = shares}, context);
  };
  return {draw(seed), draw};
}

std::string note_of_random(const MethodInputs& inputs, const MethodPhrases& phrases) {
  if (inputs.labels.empty()) return "random rows";
  return fmt::format("random rows, the same share of {}", phrases.pools);
}

std::string note_of_toward(const MethodInputs& inputs, const MethodPhrases& phrases) {
  const double diversity = toward_options(inputs.options).diversity;
  return fmt::format("toward {} targets, each taking its nearest row in turn, over {}{}, in {}", inputs.targets.count(), phrases.features,
                     diversity > 0 ? fmt::format(", diversity {}", diversity) : "", phrases.pools);
}

std::string note_of_bins(const MethodInputs& inputs, const MethodPhrases& phrases) {
  return fmt::format("the same share of each of {} bins, cut by {} over {} in {}", inputs.options.bins, name_of(inputs.options.function),
                     phrases.features, phrases.pools);
}

std::string note_of_weighted_bins(const MethodInputs& inputs, const MethodPhrases& phrases) {
  return "shares by what a bin represents, not " + note_of_bins(inputs, phrases);
}

std::deque<Method> built_in_methods() {
  using X = const Features&;
  using P = const PoolTask&;
  using C = const Context&;
  std::deque<Method> list = {
      {.name = "random",
       .summary = "a random sample of each class, of the same share",
       .goes_on = true,
       .choose = draw_random,
       .note = note_of_random},
      {.name = "bins",
       .summary = "GraphCut bins, the same share of each (Dataset Quantization)",
       .features = true,
       .options = {"function", "lambda", "bins"},
       .choose = cut_bins,
       .cuts_bins = true,
       .note = note_of_bins},
      {.name = "bins-weighted",
       .summary = "GraphCut bins, shares that depend on the ratio (after ADQ)",
       .features = true,
       .options = {"function", "lambda", "bins"},
       .choose = weigh_cut_bins,
       .cuts_bins = true,
       .note = note_of_weighted_bins},
      {.name = "facility-location",
       .summary = "rows to which every row is similar",
       .features = true,
       .goes_on = true,
       .ranker = by_features([](X x, P pool, uint64_t, C context) { return facility_location(x, pool, {}, context); })},
      {.name = "toward",
       .summary = "the rows nearest to examples, which take turns (RDS+)",
       .features = true,
       .targets = true,
       .options = {"diversity"},
       .ranker = rank_toward,
       .note = note_of_toward},
      {.name = "objects",
       .summary = "rows that hold something of every class, by their boxes or masks",
       .amounts = true,
       .options = {"balance", "min-objects", "per-image"},
       .goes_on = true,
       .ranker = rank_by_coverage,
       .note = note_of_coverage},
      {.name = "diverse-objects",
       .summary = "rows that hold something of every class and look unlike each other",
       .features = true,
       .amounts = true,
       .options = {"balance", "min-objects", "per-image", "diversity"},
       .goes_on = true,
       .ranker = rank_by_diverse_coverage,
       .note = note_of_diverse_coverage},
      {.name = "csod",
       .summary = "pictures with typical objects unlike those taken before, classes in turn",
       .features = true,
       .amounts = true,
       .objects = true,
       .options = {"lambda"},
       .goes_on = true,
       .ranker = rank_by_csod,
       .note = note_of_csod},
      {.name = "subzerocore",
       .summary = "facility location, rows of typical density first",
       .features = true,
       .valid_sizes = ValidSizes::count_alone,
       .ranker = by_features([](X x, P pool, uint64_t, C context) { return subzerocore(x, pool, {}, context); })},
      {.name = "k-center",
       .summary = "rows such that no other row is far away",
       .features = true,
       .goes_on = true,
       .ranker = by_features([](X x, P pool, uint64_t, C context) { return k_center(x, pool, {}, context); })},
      {.name = "herding",
       .summary = "rows whose mean stays close to the mean of all",
       .features = true,
       .goes_on = true,
       .ranker = by_features([](X x, P pool, uint64_t, C context) { return herding(x, pool, context); })},
      {.name = "kernel-herding",
       .summary = "rows whose characteristic function stays close to that of all",
       .features = true,
       .draws = true,
       .goes_on = true,
       .ranker = by_features([](X x, P pool, uint64_t seed, C context) { return kernel_herding(x, pool, {.seed = seed}, context); })},
      {.name = "k-means",
       .summary = "the rows nearest to the centres of k-means",
       .features = true,
       .valid_sizes = ValidSizes::count_alone,
       .draws = true,
       .ranker = by_features([](X x, P pool, uint64_t seed, C context) { return kmeans_centres(x, pool, {.seed = seed}, context); })},
      {.name = "zcore",
       .summary = "rows that cover random planes without redundancy",
       .features = true,
       .valid_sizes = ValidSizes::any_number,
       .draws = true,
       .ranker = by_features([](X x, P pool, uint64_t seed, C context) { return zcore(x, pool, {.seed = seed}, context); })},
      {.name = "thinning",
       .summary = "random rows without their near neighbours (after BGFDQ)",
       .features = true,
       .valid_sizes = ValidSizes::count_alone,
       .draws = true,
       .goes_on = true,
       .ranker = by_features([](X x, P pool, uint64_t seed, C context) { return thinning(x, pool, {.seed = seed}, context); })},
      {.name = "moderate",
       .summary = "rows at a medium distance from the class median",
       .features = true,
       .valid_sizes = ValidSizes::any_number,
       .ranker = by_features([](X x, P pool, uint64_t, C context) { return moderate(x, pool, context); })},
      {.name = "d2",
       .summary = "difficult rows, spread over a graph of neighbours",
       .features = true,
       .scores = Scores::any,
       .ranker = rank_by_d2},
      {.name = "ccs",
       .summary = "all levels of difficulty equally, after a hard cut",
       .scores = Scores::any,
       .hard_cut = published_hard_cut,
       .rule = "strata"},
      {.name = "probe",
       .summary = "rows of medium difficulty for a linear probe not trained on them",
       .features = true,
       .scores = Scores::probe,
       .rule = "band",
       .width = 0.6},
      {.name = "scores", .summary = "rows by the scores of --scores FILE.npy", .scores = Scores::column, .rule = "top"},
      {.name = "progress",
       .summary = "rows of medium difficulty that a proxy had to learn and did learn",
       .scores = Scores::record,
       .options = {"for-steps"},
       .rule = "beta",
       .beta = [](double keep, const MethodOptions& options) { return progress_figures(keep, options.for_steps); }},
      {.name = "dual", .summary = "hard and uncertain rows of medium difficulty", .scores = Scores::record, .rule = "beta"},
  };
  for (const std::string& score : score_names()) {
    if (std::ranges::find(list, score, &Method::name) == list.end())
      list.push_back({.name = score, .summary = "by that score", .scores = Scores::record, .rule = "top"});
  }
  return list;
}

std::deque<Method>& all_methods() {
  static std::deque<Method> list = built_in_methods();
  return list;
}

RuleFigures figures_of(const Method& method, const MethodOptions& options, double keep) {
  const BetaFigures own = method.beta ? method.beta(keep, options) : BetaFigures{};
  return {.width = method.width, .mode = options.beta_mode.value_or(own.mode), .power = options.beta_power.value_or(own.power)};
}

double share_kept(const MethodInputs& inputs) {
  return static_cast<double>(inputs.count) / static_cast<double>(std::max<int64_t>(1, inputs.rows - std::ssize(inputs.left_out)));
}

}  // namespace

const std::deque<Method>& methods() {
  return all_methods();
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Method& method : methods()) names.push_back(method.name);
  return names;
}

const Method* find_method(std::string_view name) {
  const auto found = std::ranges::find(methods(), name, &Method::name);
  return found == methods().end() ? nullptr : &*found;
}

const Method& add_method(Method method) {
  DECANT_CHECK(find_method(method.name) == nullptr, ==, true);
  return all_methods().emplace_back(std::move(method));
}

const Rule* rule_of(const Method& method, const MethodOptions& options) {
  if (method.rule.empty()) return nullptr;
  return find_rule(options.rule.empty() ? method.rule : options.rule);
}

bool follows_count(const Method& method, const MethodOptions& options) {
  const Rule* const rule = rule_of(method, options);
  const bool by_figures = rule != nullptr && std::ranges::find(rule->options, "beta-mode") != rule->options.end();
  return method.beta && by_figures && !(options.beta_mode && options.beta_power);
}

bool goes_on(const Method& method) {
  return method.goes_on || !method.rule.empty();
}

std::vector<std::string> methods_that_go_on() {
  std::vector<std::string> names;
  for (const Method& method : methods()) {
    if (goes_on(method)) names.push_back(method.name);
  }
  return names;
}

MethodResult choose_by(const Method& method, const MethodInputs& inputs, uint64_t seed, const Context& context) {
  DECANT_CHECK(inputs.chosen.rows.empty() || goes_on(method), ==, true);
  DECANT_CHECK(!method.amounts || inputs.amounts != nullptr, ==, true);
  if (method.choose) return method.choose(inputs, seed, context);
  const Rule* const rule = rule_of(method, inputs.options);
  const ValidSizes valid_sizes = inputs.left_out_by_count ? ValidSizes::count_alone
                                 : rule == nullptr        ? method.valid_sizes
                                                          : rule->valid_sizes;
  const auto rank = [&method, inputs, rule, valid_sizes, context](uint64_t s) {
    const Ranker ranker = rule == nullptr ? method.ranker(inputs, s)
                                          : rule->ranker({inputs.scores, inputs.ease, inputs.left_out},
                                                         figures_of(method, inputs.options, share_kept(inputs)), s);
    return select_ranked(method.name.c_str(), inputs.rows, inputs.labels, inputs.left_out, inputs.count,
                         {.valid_sizes = valid_sizes, .shares = inputs.shares, .seed = s, .chosen = inputs.chosen}, ranker, context);
  };
  const bool draws = rule == nullptr ? method.draws : rule->draws;
  return {rank(seed), draws ? std::function<Selection(uint64_t)>(rank) : nullptr};
}

std::string note_of(const Method& method, const MethodInputs& inputs, const MethodPhrases& phrases) {
  if (method.note) return method.note(inputs, phrases);
  if (const Rule* const rule = rule_of(method, inputs.options))
    return fmt::format("{} by {}, {}, in {}", method.name, rule->phrase(figures_of(method, inputs.options, phrases.keep), phrases.keep),
                       phrases.scores, phrases.pools);
  const std::string scores = method.scores == Scores::none ? "" : " and " + phrases.scores;
  return fmt::format("{} over {}{}, in {}", method.name, phrases.features, scores, phrases.pools);
}

}  // namespace decant
