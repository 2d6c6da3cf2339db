#include "decant/pipeline/rankers.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/select/recipes.h"
#include "decant/select/rules/band.h"
#include "decant/select/rules/beta.h"
#include "decant/select/rules/strata.h"
#include "decant/select/rules/top.h"

namespace decant {
namespace {

std::string rule_of(const SelectOptions& select) {
  if (!select.rule.empty()) return select.rule;
  if (select.method == "dual") return "beta";
  if (select.method == "ccs") return "strata";
  return "top";
}

double mode_of(const Material& material) {
  const double asked = material.select.beta_mode;
  if (asked < 0 || asked > 1) throw UsageError("--beta-mode lies between 0 (the hardest rows) and 1 (the easiest)");
  return asked > 0 ? asked : beta_mode_for(material.keep());
}

BetaOptions beta_options(const Material& material, uint64_t seed) {
  return {.mode = mode_of(material), .power = material.select.beta_power, .seed = seed};
}

struct Ranked {
  Serves serves;
  Ranker ranker;
};

Ranked by_score(const Material& material, uint64_t seed) {
  const std::string rule = rule_of(material.select);
  const auto& scores = material.scores;
  if (rule == "top") return {Serves::any_number, [&](const Pool& pool, const Context&) { return top(scores, pool); }};
  if (rule == "band")
    return {Serves::count_alone, [&, seed](const Pool& pool, const Context&) { return band(scores, pool, {.seed = seed}); }};
  if (rule == "strata")
    return {Serves::count_alone, [&, seed](const Pool& pool, const Context&) { return strata(scores, pool, {.seed = seed}); }};
  if (rule == "beta")
    return {Serves::count_alone, [&, options = beta_options(material, seed)](const Pool& pool, const Context&) {
              return beta(material.ease, scores, pool, options);
            }};
  throw UsageError(fmt::format("--rule {}: there are top, band, strata, beta", rule));
}

Ranked ranker_of(const Material& material, uint64_t seed) {
  return by_score(material, seed);
}

}  // namespace

Selection rank_rows(const Material& material, uint64_t seed, const Context& context) {
  const Ranked ranked = ranker_of(material, seed);
  return select_ranked(material.select.method.c_str(), material.input->rows(), material.labels, material.left_out, material.count,
                       {.per_class = true, .serves = ranked.serves}, ranked.ranker, context);
}

Selection draw_random(const Material& material, uint64_t seed) {
  return select_random(material.input->rows(), material.labels, material.left_out, true, seed);
}

bool draws(const SelectOptions& select) {
  return rule_of(select) != "top";
}

std::string rank_note(const Material& material) {
  const std::string rule = rule_of(material.select);
  std::string how = rule;
  if (rule == "beta") how = fmt::format("Beta sampling (mode {:.2f})", mode_of(material));
  return fmt::format("{} by {}, {}, in {}", material.select.method, how, material.score_note, pools_phrase(material));
}

}  // namespace decant
