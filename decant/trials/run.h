// Every arm with every seed, side by side, and what that comes to.
#pragma once

#include <memory>
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

/// What a run would take.
struct Forecast {
  int64_t stages = 0;
  double training_steps = 0;
  double seconds = 0;  ///< 0 = not known: no trial with such a network has run on this machine
};
Forecast forecast(const Trial& trial, const std::vector<Arm>& arms, const RunOptions& options, evaluate::Store* store,
                  const Context& context);

/// Runs what is not kept in `store` (null = nothing is) on as many threads as there are, each run
/// on one, so that the numbers do not depend on how many. Throws what the runs throw.
TrialRecord run_trial(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options,
                      evaluate::Store* store, const Context& context);

}  // namespace decant::trials
