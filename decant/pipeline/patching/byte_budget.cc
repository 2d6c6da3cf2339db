#include "decant/pipeline/patching/byte_budget.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {
namespace {

constexpr int kCellSteps = 49;  // step k drops k / 64 of the cells

/// The plan of a step, on top of what holds anyway.
ReducePlan plan_at(const std::string& currency, int step, ReducePlan plan) {
  if (currency == "cells") {
    plan.drop = step / 64.0;
    return plan;
  }
  const auto ladder = currency == "quality" ? patches::quality_ladder() : patches::resolution_ladder();
  const patches::Reduction reduction = ladder->reduction(step, 0);
  if (currency == "quality")
    plan.quality = reduction.quality;
  else
    plan.eighths = reduction.eighths;
  return plan;
}

int steps_of(const std::string& currency) {
  if (currency == "cells") return kCellSteps;
  return currency == "quality" ? patches::quality_ladder()->steps() : patches::resolution_ladder()->steps();
}

std::string step_words(const std::string& currency, int step) {
  if (currency == "cells") return fmt::format("{:.3g} % of the cells dropped", 100 * step / 64.0);
  return (currency == "quality" ? patches::quality_ladder() : patches::resolution_ladder())->words(step);
}

std::string words_of(const std::string& currency, const patches::Steps& steps, const Subset& kept) {
  const std::string most = step_words(currency, steps.step);
  if (steps.above.empty()) return most;
  return fmt::format("{}, and {} of {} pictures with {}", most, human_count(std::ssize(steps.above)), human_count(std::ssize(kept)),
                     step_words(currency, steps.step - 1));
}

}  // namespace

std::vector<std::string> currencies() {
  return {"rows", "quality", "resolution", "cells"};
}

void require_currency(const std::string& spend) {
  const std::vector<std::string> known = currencies();
  if (std::ranges::find(known, spend) == known.end()) throw UsageError("--spend: " + unknown_name("currency", spend, known));
}

Spent spend_on_pictures(const Input& input, const Subset& kept, const std::string& currency, int64_t budget, const ReduceOptions& options,
                        uint64_t seed, const Context& context) {
  const bool by_cells = currency == "cells" || reduce_plan(options).drop > 0;
  const PictureReducer reducer(input, kept, options, by_cells, seed, context);
  const ReducePlan base = reducer.plan();
  const auto bytes_of = [&](int64_t row, int step) { return reducer.bytes_of(row, plan_at(currency, step, base)); };
  Stage stage(context, "meeting the budget", 1, "budgets");
  const patches::Steps steps = patches::highest_steps(kept, steps_of(currency), bytes_of, budget, seed, context);
  const auto plan_of = [currency, base, steps](int64_t row) { return plan_at(currency, steps.of(row), base); };
  const std::string words = words_of(currency, steps, kept);
  return {reducer.reduced(plan_of, fmt::format("{} within {} bytes, seed {}", words, budget, seed)), words};
}

}  // namespace decant
