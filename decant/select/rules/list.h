// The rules by name: how scores become rows. A new rule is its file and an entry in list.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/select/pools/ranking.h"
#include "decant/select/rules/beta.h"

namespace decant {

/// What a rule ranks by. Views: the arrays must outlive the ranker.
struct RuleInputs {
  std::span<const double> scores;     ///< (n,) large = hard, or good
  std::span<const double> ease;       ///< (n,) how easy each row is, in 0…1
  std::span<const int64_t> left_out;  ///< ascending; their scores may be anything
};

/// The figures of all rules; each looks at its own.
struct RuleFigures {
  double width = 0.4;       ///< band: share of the pool that is drawn from
  double mode = kBetaMode;  ///< beta: where rows are drawn most, 0 = the hardest, 1 = the easiest
  double power = 1;         ///< beta: of the score
};

struct Rule {
  std::string name;
  std::vector<std::string> options = {};  ///< long names of the options that this rule heeds
  ValidSizes valid_sizes = ValidSizes::count_alone;
  bool keeps_the_hardest = false;
  bool draws = true;  ///< another seed gives other rows
  std::function<Ranker(const RuleInputs& inputs, const RuleFigures& figures, uint64_t seed)> ranker;
  std::function<std::string(const RuleFigures& figures, double keep)> phrase;  ///< "Beta sampling (mode 0.70)"; `keep`: share of the rows
};

/// top, band, strata, beta.
const std::vector<Rule>& rules();
const std::vector<std::string>& rule_names();

/// Null when there is none of that name.
const Rule* find_rule(std::string_view name);

}  // namespace decant
