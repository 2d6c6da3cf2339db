#include "decant/pipeline/choosing/rankers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decant/base/errors.h"
#include "decant/pipeline/choosing/method_options.h"
#include "decant/select/bins/bins.h"
#include "decant/select/methods/d2.h"
#include "decant/select/methods/list.h"
#include "decant/select/methods/random.h"
#include "decant/select/rules/band.h"
#include "decant/select/rules/beta.h"
#include "decant/select/rules/strata.h"
#include "decant/select/rules/top.h"

namespace decant {
namespace {

double mode_of(const Material& material) {
  return material.select.beta_mode >= 0 ? material.select.beta_mode : kBetaMode;
}

BetaOptions beta_options(const Material& material, uint64_t seed) {
  const double power = material.select.beta_power;
  return {.mode = mode_of(material), .power = power >= 0 ? power : method_info(material.select.method).power, .seed = seed};
}

/// The smallest score of a row that may be chosen.
double least_score(const Material& material) {
  double least = HUGE_VAL;
  size_t next = 0;
  for (int64_t row = 0; row < std::ssize(material.scores); ++row) {
    if (next < material.left_out.size() && material.left_out[next] == row) {
      ++next;  // may hold anything
    } else {
      least = std::min(least, material.scores[static_cast<size_t>(row)]);
    }
  }
  return least;
}

/// All raised by as much as makes the smallest of them 0.
std::vector<double> from_zero(const Material& material) {
  const double least = least_score(material);
  std::vector<double> raised;
  for (const double score : material.scores) raised.push_back(score - least);
  return raised;
}

/// Beta sampling multiplies by the score: where one is negative, all are raised first. Gains stay the scores themselves.
Ranker by_beta(const Material& material, uint64_t seed) {
  std::vector<double> factors = least_score(material) < 0 ? from_zero(material) : material.scores;
  return [&material, factors = std::move(factors), options = beta_options(material, seed)](const Pool& pool, const Context&) {
    Ranking ranking = beta(material.ease, factors, pool, options);
    for (size_t i = 0; i < ranking.order.size(); ++i)
      ranking.gains[i] = static_cast<float>(material.scores[static_cast<size_t>(ranking.order[i])]);
    return ranking;
  };
}

struct Ranked {
  Serves serves;
  Ranker ranker;
};

Ranked by_score(const Material& material, uint64_t seed) {
  const std::string rule = rule_of(material.select);
  const auto& scores = material.scores;
  const Serves from_the_front = material.cut_by_count ? Serves::count_alone : Serves::any_number;
  if (rule == "top") return {from_the_front, [&](const Pool& pool, const Context&) { return top(scores, pool); }};
  if (rule == "band")
    return {Serves::count_alone, [&, seed, width = method_info(material.select.method).width](const Pool& pool, const Context&) {
              return band(scores, pool, {.width = width, .seed = seed});
            }};
  if (rule == "strata")
    return {Serves::count_alone, [&, seed](const Pool& pool, const Context&) { return strata(scores, pool, {.seed = seed}); }};
  DECANT_CHECK(rule, ==, "beta");
  return {from_the_front, by_beta(material, seed)};
}

Ranked ranker_of(const Material& material, uint64_t seed) {
  const std::string& method = material.select.method;
  const Features& features = material.features.features;
  if (const FeatureMethod* found = find_feature_method(method)) return {found->serves, found->ranker(features, seed)};
  if (method == "d2")
    return {Serves::up_to_count, [&features, hard = from_zero(material)](const Pool& pool, const Context& context) {
              return d2(features, hard, pool, {}, context);
            }};
  return by_score(material, seed);
}

/// What keeps only the hardest rows fails when little is kept (rules/top.h).
void warn_of_the_hardest(const Material& material, const Context& context) {
  const std::string& method = material.select.method;
  if (method == "scores" || rule_of(material.select) != "top" || material.keep() > 1.0 / 3) return;
  context.warn(
      fmt::format("--method {} keeps the hardest rows, which is known to fail when little is kept ({:.3g} % here); there are --rule beta "
                  "and --rule strata --hard-cut 0.3",
                  method, 100 * material.keep()));
}

}  // namespace

Selection rank_rows(const Material& material, uint64_t seed, const Context& context) {
  warn_of_the_hardest(material, context);
  const Ranked ranked = ranker_of(material, seed);
  return select_ranked(material.select.method.c_str(), material.input->rows(), material.labels, material.left_out, material.count,
                       {.per_class = true, .serves = ranked.serves}, ranked.ranker, context);
}

Selection draw_random(const Material& material, uint64_t seed) {
  return select_random(material.input->rows(), material.labels, material.left_out, true, seed);
}

bool draws(const SelectOptions& select) {
  if (const FeatureMethod* found = find_feature_method(select.method)) return found->draws;
  return select.method != "d2" && rule_of(select) != "top";
}

std::string rank_note(const Material& material) {
  const std::string rule = rule_of(material.select);
  if (rule.empty()) {
    const std::string scores = method_info(material.select.method).scores ? " and " + material.score_note : "";
    return fmt::format("{} over {}{}, in {}", material.select.method, features_phrase(material), scores, pools_phrase(material));
  }
  std::string how = rule;
  if (rule == "beta") how = fmt::format("Beta sampling (mode {:.2f})", mode_of(material));
  if (rule == "band") how = fmt::format("the middle {:.0f} %", 100 * std::max(method_info(material.select.method).width, material.keep()));
  return fmt::format("{} by {}, {}, in {}", material.select.method, how, material.score_note, pools_phrase(material));
}

}  // namespace decant
