#include "decant/pipeline/patching/byte_budget.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {
namespace {

constexpr int kCellSteps = 129;            // of the worth of cells: step k drops what is below the k-th of 128 quantiles
constexpr size_t kPicturesLookedAt = 256;  // pictures whose cells the quantiles are of

/// A currency over pictures: what each step of its ladder does on top of what holds anyway.
struct Spending {
  int steps = 1;
  std::function<ReducePlan(int step, ReducePlan plan)> plan;
  std::function<std::string(int step)> words;
};

/// Quality 100 − step, down to 1; step 0 leaves what the options ask, or the file's own.
Spending spend_quality() {
  return {100,
          [](int step, ReducePlan plan) {
            if (step > 0) plan.quality = 100 - step;
            return plan;
          },
          [](int step) { return step == 0 ? "the quality as it is" : fmt::format("quality {}", 100 - step); }};
}

/// 8, 7, … 1 eighths of the sides.
Spending spend_resolution() {
  return {8,
          [](int step, ReducePlan plan) {
            plan.eighths = 8 - step;
            return plan;
          },
          [](int step) { return fmt::format("{}/8 of the sides", 8 - step); }};
}

/// Step 0 drops nothing, the last one all that may be dropped.
Spending spend_cells(const PictureReducer& reducer, const Subset& kept) {
  const std::vector<float> worths = reducer.worths(some_of(kept, kPicturesLookedAt));
  std::vector<float> least(kCellSteps, 0);
  for (int step = 1; step < kCellSteps && !worths.empty(); ++step)
    least[static_cast<size_t>(step)] = worths[static_cast<size_t>(step) * (worths.size() - 1) / (kCellSteps - 1)];
  least.back() = std::numeric_limits<float>::infinity();
  return {
      kCellSteps,
      [least](int step, ReducePlan plan) {
        plan.worth = least[static_cast<size_t>(step)];
        return plan;
      },
      [](int step) { return fmt::format("the {:.3g} % of cells dropped that count least for a byte", 100.0 * step / (kCellSteps - 1)); }};
}

std::string words_of(const Spending& spending, const patches::Steps& steps, const Subset& kept) {
  const std::string most = spending.words(steps.step);
  if (steps.above.empty()) return most;
  return fmt::format("{}, and {} of {} pictures with {}", most, human_count(std::ssize(steps.above)), human_count(std::ssize(kept)),
                     spending.words(steps.step - 1));
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
  const bool by_cells = currency == "cells";
  const PictureReducer reducer(input, kept, options, by_cells || reduce_plan(options).drop > 0, seed, context);
  const ReducePlan base = reducer.plan();
  const Spending spending = by_cells ? spend_cells(reducer, kept) : currency == "quality" ? spend_quality() : spend_resolution();
  const auto bytes_of = [&](int64_t row, int step) { return reducer.bytes_of(row, spending.plan(step, base)); };
  Stage stage(context, "meeting the budget", 1, "budgets");
  const patches::Steps steps = patches::highest_steps(kept, spending.steps, bytes_of, budget, seed, context);
  const auto plan_of = [spending, base, steps](int64_t row) { return spending.plan(steps.of(row), base); };
  const std::string words = words_of(spending, steps, kept);
  return {reducer.reduced(plan_of, fmt::format("{} within {} bytes, seed {}", words, budget, seed)), words};
}

}  // namespace decant
