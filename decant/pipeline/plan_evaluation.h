// evaluate --dry-run: what would be compared, and how long it would take, from headers alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/plan_estimate.h"

namespace decant {

struct EvaluationPlan {
  struct Set {
    std::string name;
    int64_t rows = 0;    ///< expected where rows are held out and the set was given; else exact, unless rows turn out to be unreadable
    bool about = false;  ///< as many as a budget holds, by an estimate
    double keep = 0;     ///< `rows` as a share of all that can be trained on
    std::string method;  ///< that would choose; empty for full, random and given sets
  };

  std::string protocol;
  std::vector<Set> sets;
  std::vector<std::string> nets;
  int seeds = 0;
  int64_t trainings = 0;          ///< at most: those whose results are cached are not made again
  int64_t steps = 0;              ///< of each; 0 for `linear`
  int workers = 1;                ///< trainings side by side
  std::optional<double> seconds;  ///< of all trainings; nothing where no such training was measured on this machine before
  int64_t test_rows = 0;
  int64_t held_out = 0;                       ///< of the full set, when there are no other test rows
  std::vector<PlanEstimate::Stage> choosing;  ///< before the trainings; a stage that sets share is counted once
  std::vector<std::string> unknown;           ///< parts of choosing whose time is not estimated
};

/// Opens what the options name and reads headers; chooses nothing, trains nothing, times nothing,
/// digests nothing. So what is known already is not looked up, and rows that cannot be read are not
/// looked for. Throws what outline_judged_sets(), outline_arms() and plan() throw.
EvaluationPlan plan_evaluation(const EvaluateOptions& options, const Context& context);

/// {"protocol", "sets": [{"set","rows","keep","about","method"}], "nets", "seeds", "runs", "known":
/// null, "trainings", "steps", "side_by_side", "seconds", "choosing", "unknown", "test_rows",
/// "held_out", "not_checked"}; "about" only where it is true
Json to_json(const EvaluationPlan& plan);

std::string plan_text(const EvaluationPlan& plan);

}  // namespace decant
