// Every arm with every seed, side by side, and what that comes to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/trials/trial.h"

namespace decant::trials {

struct RunOptions {
  int seeds = 3;
  uint64_t first_seed = 0;
  std::string machine;  ///< processor and cores: whose pace a plan may use
};

/// The trial's baselines, then the compressors. Throws UsageError for one named twice, or as a
/// baseline is, and for one whose labels the trial would not teach.
std::vector<Arm> arms_of(const Trial& trial, const std::vector<std::shared_ptr<const Compressor>>& compressors);

/// A column of one trial, of the numbers of a run.
struct TrialMetric {
  std::string trial;
  Metric metric;
  std::function<double(const Numbers& numbers)> of;
};
/// Adds it after the trial's own. Nothing guards the list against threads. Returns it. REQUIRES:
/// the name of a trial.
const TrialMetric& add_trial_metric(TrialMetric metric);

/// What a run would take, beyond the stages that are kept.
struct Forecast {
  int64_t stages = 0;
  int64_t kept = 0;  ///< stages that need not be run
  double training_steps = 0;
  /// By what a step of each arm has taken, its sets included; of an arm that has not run, by the
  /// others; where no trial with such a network has ended on this machine, by the stages that are
  /// kept of one that was stopped. Nothing where an arm has none.
  std::optional<double> seconds;
};
Forecast forecast(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options, evaluate::Store* store,
                  const Context& context);

/// Runs what is not kept in `store` (null = nothing is) on as many threads as there are, each run
/// on one, so that the numbers do not depend on how many. Throws what the runs throw.
TrialRecord run_trial(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options,
                      evaluate::Store* store, const Context& context);

}  // namespace decant::trials
