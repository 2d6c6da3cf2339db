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
constexpr int kLeastQuality = 10;          // of auto: below it a JPEG is little more than its header and the means of its blocks

/// A currency over pictures: what each step of its ladder does on top of what holds anyway.
struct Spending {
  int steps = 1;
  std::function<ReducePlan(int step, ReducePlan plan)> plan;
  std::function<std::string(int step)> words;
};

/// Quality 100 − step, down to `least`; step 0 leaves what the options ask, or the file's own.
Spending spend_quality(int least) {
  return {101 - least,
          [](int step, ReducePlan plan) {
            if (step > 0) plan.quality = plan.quality == 0 ? 100 - step : std::min(plan.quality, 100 - step);
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

Spending spending_on(const std::string& currency, const PictureReducer& reducer, const Subset& kept) {
  if (currency == "cells") return spend_cells(reducer, kept);
  if (currency == "resolution") reducer.require_resizable();
  return currency == "quality" ? spend_quality(1) : spend_resolution();
}

}  // namespace

std::vector<std::string> currencies() {
  return {"rows", "quality", "resolution", "cells", "auto"};
}

void require_currency(const std::string& spend, const std::vector<std::string>& others) {
  std::vector<std::string> known = currencies();
  known.insert(known.end(), others.begin(), others.end());
  if (std::ranges::find(known, spend) == known.end()) throw UsageError("--spend: " + unknown_name("currency", spend, known));
}

bool buys_rows(const std::string& spend) {
  return spend == "rows" || spend == "auto";
}

bool makes_jpegs(const std::string& spend, const ReduceOptions& options, const Rows& rows) {
  return spend != "rows" && options.quality == 0 && rows.pictures() != nullptr && !rows.pictures()->are_files();
}

Spent spend_on_pictures(const PictureReducer& reducer, const Subset& kept, const std::string& currency, int64_t budget, uint64_t seed,
                        const Context& context) {
  const ReducePlan base = reducer.plan();
  const Spending spending = spending_on(currency, reducer, kept);
  const auto bytes_of = [&](int64_t row, int step) { return reducer.bytes_of(row, spending.plan(step, base)); };
  Stage stage(context, "meeting the budget", 1, "budgets");
  const patches::Steps steps = patches::highest_steps(kept, spending.steps, bytes_of, budget, seed, context);
  const auto plan_of = [spending, base, steps](int64_t row) { return spending.plan(steps.of(row), base); };
  const std::string words = words_of(spending, steps, kept);
  return {reducer.reduced(plan_of, fmt::format("{}, {} within {} bytes, seed {}", reducer.asked(), words, budget, seed)), words};
}

std::string spent_about(const PictureReducer& reducer, const Subset& kept, const std::string& currency, int64_t budget,
                        const Context& context) {
  const ReducePlan base = reducer.plan();
  const Spending spending = spending_on(currency, reducer, kept);
  const auto bytes_of = [&](int64_t row, int step) { return reducer.bytes_of(row, spending.plan(step, base)); };
  const patches::StepEstimate estimate = patches::estimate_steps(kept, spending.steps, bytes_of, budget, context);
  const auto bytes = static_cast<int64_t>(estimate.bytes);
  if (bytes > budget)
    throw InputError({"", "",
                      fmt::format("{} are too few: the least that can be left takes about {}", human_bytes(budget), human_bytes(bytes)),
                      "Give more, or keep fewer rows"});
  if (estimate.step == 0) return spending.words(0);
  return fmt::format("{} to {}", spending.words(estimate.step), spending.words(estimate.step - 1));
}

ReducedInput coarser_beside_rows(const PictureReducer& reducer, const Subset& usable, int64_t budget, int classes, const Context& context) {
  const ReducePlan base = reducer.plan();
  const Spending spending = spend_quality(kLeastQuality);
  const auto bytes_of = [&](int64_t row, int step) { return reducer.bytes_of(row, spending.plan(step, base)); };
  const auto error_of = [&](int64_t row, int step) { return reducer.difference(row, base, spending.plan(step, base), base.shorter_side); };
  const int step = patches::step_beside_rows(usable, spending.steps, bytes_of, error_of, budget, std::max(1, classes), context);
  return reducer.reduced([plan = spending.plan(step, base)](int64_t) { return plan; },
                         fmt::format("{}, {}", reducer.asked(), spending.words(step)));
}

}  // namespace decant
