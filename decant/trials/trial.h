// A trial: one of the things that small sets are for, as a question that every compressor is asked
// alike: continual learning, federated learning, search, membership.
//
// A trial is one file and one line in list.h: its options, the arms that always stand beside, what
// is run of an arm with a seed, and what the numbers of all arms come to. Everything around it is
// written once: which data (pipeline/trial.h), runs side by side and those that are kept (run.h),
// intervals, tables and files (data/trial_record.h).
//
// A trial is made, given its options, then the data by settle(), and then used. Const functions are
// called from several threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/trial_record.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/plan.h"
#include "decant/trials/compressor.h"

namespace decant::trials {

/// What was measured, as lists of numbers by name.
using Numbers = std::map<std::string, std::vector<double>>;

/// One of those compared: a compressor, or a baseline that the trial itself knows by its name.
struct Arm {
  std::string name;
  std::shared_ptr<const Compressor> compressor;  ///< null: a baseline
};

/// Where one arm with one seed is run: finished stages are kept, and found again by a later call,
/// so that what was stopped goes on.
class Bench {
 public:
  /// `identity`: one line of JSON, all that decides the run. `store` may be null. `progress`:
  /// advanced by 1 for each stage.
  Bench(evaluate::Store* store, std::string identity, Stage* progress)
      : store_(store), identity_(std::move(identity)), progress_(progress) {}

  /// What `work` gives, or gave when the stage was run before; its seconds are kept with it. Stages
  /// of a run have different names.
  Numbers once(const std::string& stage, const std::function<Numbers()>& work);
  /// Of the stages so far: name, seconds, and whether it was found.
  const std::vector<TrialRecord::StageTime>& times() const { return times_; }
  /// Whether no stage was found so far.
  bool all_new() const { return std::ranges::none_of(times_, &TrialRecord::StageTime::kept); }

 private:
  evaluate::Store* store_;
  std::string identity_;
  Stage* progress_;
  std::vector<TrialRecord::StageTime> times_;
};

/// One arm with one seed, run.
struct Ran {
  size_t arm = 0;  ///< which of the arms
  uint64_t seed = 0;
  Numbers numbers;
};

/// "task 0", "task 1", …
std::vector<std::string> numbered_stages(const std::string& what, int count);

class Trial {
 public:
  virtual ~Trial() = default;

  // Before it knows the data.

  virtual std::string name() const = 0;
  virtual std::string question() const = 0;  ///< "Can it be told whose rows a set was made of?"
  /// Its options. An option that several trials have has one name and one meaning.
  virtual void declare(OptionTable& table) = 0;
  /// Compressors that are compared where none are named, between commas.
  virtual std::string usual_arms() const = 0;
  /// Baselines of its own, which stand beside whatever is named.
  virtual std::vector<std::string> baselines() const = 0;
  virtual int usual_seeds() const { return 3; }
  /// Whether networks are taught the labels that a set has of its own; else only classes, as where
  /// sets are put together.
  virtual bool heeds_labels() const { return true; }

  /// Takes from the data what is run; options that were not given become what suits such data.
  /// Throws InputError for data of which the trial cannot be made, and for values out of range.
  virtual void settle(const Source& source, const std::map<std::string, std::string>& given, const Context& context) = 0;

  // Settled.

  virtual std::string in_words() const = 0;  ///< one line: how its numbers come about
  /// One line of JSON: all that decides an arm's numbers but the arm, the seed, the data and
  /// numerics().
  virtual std::string identity() const = 0;
  virtual std::string numerics() const = 0;  ///< as evaluate::Judge's
  /// Of a run, in order: what Bench::once() is asked for.
  virtual std::vector<std::string> stages(const Arm& arm) const = 0;
  virtual double training_steps(const Arm& arm) const = 0;  ///< of a run, for plans: steps of `batch` pictures
  virtual std::string pace_key() const = 0;                 ///< one line of JSON: what decides how long a step takes
  virtual Numbers run(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const = 0;
  /// Fills in metrics, cells, series and notes.
  virtual void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const = 0;
};

}  // namespace decant::trials
