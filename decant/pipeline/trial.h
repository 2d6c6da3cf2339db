// trial: what small sets are worth in one of the things that they are for (trials/trial.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/set_training.h"
#include "decant/train/teacher.h"
#include "decant/trials/list.h"
#include "decant/trials/run.h"

namespace decant {

/// Options of trials that were given.
class TrialSettings {
 public:
  OptionTexts given;

  /// The options of every trial, each name once.
  void declare(OptionTable& table);

 private:
  std::vector<std::shared_ptr<trials::Trial>> scratch_;  // where texts are parsed as they come, so that a wrong one is refused at once
};

struct TrialOptions {
  std::string trial;  ///< its name
  InputOptions input;
  std::string test;       ///< as EvaluateOptions::test
  double hold_out = 0.2;  ///< likewise
  std::string with;       ///< compressors, between commas; empty = the trial's usual ones
  int seeds = 0;          ///< 0 = as many as the trial usually has
  uint64_t seed = 0;      ///< of the first run
  TrialSettings settings;
  train::TeacherOptions teacher;  ///< of compressors that make labels
  std::filesystem::path cache;    ///< of finished stages; empty = decant's own
  bool no_cache = false;
  std::filesystem::path out;   ///< .json with everything; empty = none
  std::filesystem::path page;  ///< .html that shows it; empty = none
  bool overwrite = false;
  std::string command;

  void declare(OptionTable& table);
};

/// Runs it. Stages that an earlier run finished are found in the cache. Throws UsageError,
/// InputError, IoError, Cancelled.
TrialRecord run_trial(const TrialOptions& options, const Context& context);

/// What it would take; reads the data set, and trains nothing.
struct TrialPlan {
  std::string trial;
  std::vector<std::string> arms;
  int seeds = 0;
  std::string protocol;
  trials::Forecast forecast;
};
TrialPlan plan_trial(const TrialOptions& options, const Context& context);
Json to_json(const TrialPlan& plan);
std::string plan_text(const TrialPlan& plan);

}  // namespace decant
