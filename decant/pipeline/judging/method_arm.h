// What a method chooses for a trial: for every size, or budget of bytes, and every seed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {

/// Subsets by size, or budget, and seed.
using Draws = std::map<int64_t, std::vector<Subset>>;

class MethodArm {
 public:
  /// `input`: without what is held out. All of them must outlive this. `shares`: of classes, where
  /// the method sees them one by one. `steps`: of the trainings that judge, 0 = not known; rows are
  /// chosen for these unless --for-steps says otherwise.
  MethodArm(const std::string& method, const Input& input, const EvaluateOptions& options, Shares shares, int64_t steps,
            const Context& context);

  /// The largest size first: what was chosen for it may serve smaller ones, too.
  Draws draw(std::vector<int64_t> counts);

  /// For each budget, and for each seed, as many rows as fit. The method chooses as often as it
  /// takes to hold that much (choose_within.h); what was chosen for the largest budget serves the
  /// others, if it can.
  Draws draw_within(SetSizes& sizes, std::vector<int64_t> budgets);

 private:
  ChosenRows choose(int64_t count);
  Subset one(const ChosenRows& chosen, int64_t count, int seed_number) const;

  MethodSpec spec_;
  const Input& input_;
  const EvaluateOptions& options_;
  const Context& context_;
  RunLog log_;
};

}  // namespace decant
