#include "decant/select/rules/list.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "decant/select/rules/band.h"
#include "decant/select/rules/strata.h"
#include "decant/select/rules/top.h"
#include "decant/select/scores/scores.h"

namespace decant {
namespace {

/// The ranking with the rows that are chosen already in front. Where what is drawn does not depend
/// on what was drawn before, that is going on from them.
Ranking chosen_first(Ranking ranking, const PoolTask& pool, std::span<const double> scores) {
  if (pool.chosen.rows.empty()) return ranking;
  std::vector<int64_t> chosen(pool.chosen.rows.begin(), pool.chosen.rows.end());
  Ranking whole{.order = chosen};
  for (const int64_t row : chosen) whole.gains.push_back(static_cast<float>(scores[static_cast<size_t>(row)]));
  std::ranges::sort(chosen);
  for (size_t i = 0; i < ranking.order.size(); ++i) {
    if (std::ranges::binary_search(chosen, ranking.order[i])) continue;
    whole.order.push_back(ranking.order[i]);
    whole.gains.push_back(ranking.gains[i]);
  }
  return whole;
}

Ranker rank_by_top(const RuleInputs& inputs, const RuleFigures&, uint64_t) {
  return [scores = inputs.scores](const PoolTask& pool, const Context&) { return chosen_first(top(scores, pool), pool, scores); };
}

Ranker rank_by_band(const RuleInputs& inputs, const RuleFigures& figures, uint64_t seed) {
  return [scores = inputs.scores, options = BandOptions{.width = figures.width, .seed = seed}](const PoolTask& pool, const Context&) {
    return chosen_first(band(scores, pool, options), pool, scores);
  };
}

Ranker rank_by_strata(const RuleInputs& inputs, const RuleFigures&, uint64_t seed) {
  return [scores = inputs.scores, seed](const PoolTask& pool, const Context&) {
    return chosen_first(strata(scores, pool, {.seed = seed}), pool, scores);
  };
}

/// Beta sampling multiplies by the score: where one is negative, all are raised first. Gains stay
/// the scores themselves.
Ranker rank_by_beta(const RuleInputs& inputs, const RuleFigures& figures, uint64_t seed) {
  std::vector<double> raised;
  if (least_score(inputs.scores, inputs.left_out) < 0) raised = raised_to_zero(inputs.scores, inputs.left_out);
  return [inputs, raised = std::move(raised), options = BetaOptions{.mode = figures.mode, .power = figures.power, .seed = seed}](
             const PoolTask& pool, const Context&) {
    Ranking ranking = beta(inputs.ease, raised.empty() ? inputs.scores : std::span(raised), pool, options);
    for (size_t i = 0; i < ranking.order.size(); ++i)
      ranking.gains[i] = static_cast<float>(inputs.scores[static_cast<size_t>(ranking.order[i])]);
    return chosen_first(std::move(ranking), pool, inputs.scores);
  };
}

std::string band_phrase(const RuleFigures& figures, double keep) {
  return fmt::format("the middle {:.0f} %", 100 * std::max(figures.width, keep));
}

std::string beta_phrase(const RuleFigures& figures, double) {
  return fmt::format("Beta sampling (mode {:.2f})", figures.mode);
}

auto plainly(const char* phrase) {
  return [phrase](const RuleFigures&, double) { return std::string(phrase); };
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> list = {
      {.name = "top",
       .valid_sizes = ValidSizes::any_number,
       .keeps_the_hardest = true,
       .draws = false,
       .ranker = rank_by_top,
       .phrase = plainly("top")},
      {.name = "band", .ranker = rank_by_band, .phrase = band_phrase},
      {.name = "strata", .ranker = rank_by_strata, .phrase = plainly("strata")},
      {.name = "beta",
       .options = {"beta-mode", "beta-power"},
       .valid_sizes = ValidSizes::any_number,
       .ranker = rank_by_beta,
       .phrase = beta_phrase},
  };
  return list;
}

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Rule& rule : rules()) list.push_back(rule.name);
    return list;
  }();
  return names;
}

const Rule* find_rule(std::string_view name) {
  const auto found = std::ranges::find(rules(), name, &Rule::name);
  return found == rules().end() ? nullptr : &*found;
}

}  // namespace decant
