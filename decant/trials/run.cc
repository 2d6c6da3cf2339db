#include "decant/trials/run.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/stopwatch.h"
#include "decant/trials/list.h"

namespace decant::trials {
namespace {

constexpr int kFormat = 1;  // goes up when the same trial, options and data give other numbers than before

std::string arm_identity(const Arm& arm) {
  return arm.compressor == nullptr ? arm.name : arm.compressor->identity();
}

std::string run_identity(const Trial& trial, const Source& source, const Arm& arm, uint64_t seed) {
  return json_text({{"trial", trial.name()},
                    {"version", kFormat},
                    {"how", trial.identity()},
                    {"data", source.digest},
                    {"rows", source.usable.size()},
                    {"test", source.test_digest},
                    {"arm", arm_identity(arm)},
                    {"seed", seed},
                    {"numerics", trial.numerics()}});
}

/// Passes a message on once: a trial makes hundreds of sets, and each of them says the same.
class SaidOnce final : public LogSink {
 public:
  explicit SaidOnce(LogSink* log) : log_(log) {}

  void log(LogLevel level, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    if (log_ != nullptr && said_.emplace(message).second) log_->log(level, message);
  }

 private:
  LogSink* log_;
  std::mutex mutex_;
  std::set<std::string> said_;
};

/// `arm`: null = of all arms together.
std::string pace_identity(const Trial& trial, const RunOptions& options, const Arm* arm) {
  Json key = {{"trial pace", trial.pace_key()}, {"machine", options.machine}, {"numerics", trial.numerics()}};
  if (arm != nullptr) key["arm"] = arm_identity(*arm);
  return json_text(key);
}

std::string stage_identity(const std::string& run, const std::string& stage) {
  Json key = parse_json(run);
  key["stage"] = stage;
  return json_text(key);
}

std::string text_of(const Numbers& numbers) {
  Json json = Json::object();
  for (const auto& [name, values] : numbers) json[name] = values;
  return json_text(json);
}

/// Nothing for what is no such text.
std::optional<Numbers> numbers_from(const std::string& text) {
  const Json json = try_parse_json(text);
  if (!json.is_object()) return std::nullopt;
  Numbers numbers;
  for (const auto& [name, values] : json.items()) {
    if (!values.is_array()) return std::nullopt;
    for (const Json& value : values) {
      if (!value.is_number()) return std::nullopt;
      numbers[name].push_back(value.get<double>());
    }
    numbers[name];
  }
  return numbers;
}

/// What is kept of a stage: its numbers, and among them the seconds that it took.
struct KeptStage {
  Numbers numbers;
  std::optional<double> seconds;  ///< nothing where an earlier version kept it
};

constexpr const char* kStageSeconds = "seconds of the stage";

std::string text_of(const KeptStage& stage) {
  DECANT_CHECK(stage.numbers.count(kStageSeconds), ==, size_t{0});
  Numbers all = stage.numbers;
  all[kStageSeconds] = {*stage.seconds};
  return text_of(all);
}

std::optional<KeptStage> kept_in(evaluate::Store* store, const std::string& identity) {
  const std::optional<std::string> text = store != nullptr ? store->find(identity) : std::nullopt;
  std::optional<Numbers> numbers = text ? numbers_from(*text) : std::nullopt;
  if (!numbers) return std::nullopt;
  const auto seconds = numbers->extract(kStageSeconds);
  const bool timed = !seconds.empty() && seconds.mapped().size() == 1;
  return KeptStage{std::move(*numbers), timed ? std::optional(seconds.mapped().front()) : std::nullopt};
}

/// Stages of one arm that are kept, of all seeds.
struct KeptOfArm {
  int64_t stages = 0;
  int64_t timed = 0;  ///< of these
  double seconds = 0;

  void add(const std::optional<KeptStage>& stage) {
    if (!stage) return;
    ++stages;
    if (!stage->seconds) return;
    ++timed;
    seconds += *stage->seconds;
  }
};

KeptStage timed(const std::function<Numbers()>& work) {
  const Stopwatch watch;
  Numbers numbers = work();
  return {std::move(numbers), watch.seconds()};
}

/// Steps and seconds of the runs that were wholly run now, by arm.
class Pace {
 public:
  explicit Pace(size_t arms) : of_arms_(arms) {}

  void ran(size_t arm, double steps, double seconds) {
    const std::lock_guard lock(mutex_);
    for (Sum* const sum : {&of_arms_[arm], &all_}) {
      sum->steps += steps;
      sum->seconds += seconds;
    }
  }

  void keep(const Trial& trial, const std::vector<Arm>& arms, const RunOptions& options, evaluate::Store& store) const {
    const auto put = [&](const Arm* arm, const Sum& sum) {
      if (sum.steps > 0) store.keep(pace_identity(trial, options, arm), text_of({{"seconds", {sum.seconds / sum.steps}}}));
    };
    put(nullptr, all_);
    for (size_t a = 0; a < arms.size(); ++a) put(&arms[a], of_arms_[a]);
  }

 private:
  struct Sum {
    double steps = 0;
    double seconds = 0;
  };
  std::mutex mutex_;
  std::vector<Sum> of_arms_;
  Sum all_;
};

/// Seconds of a step of this arm, else of any.
std::optional<double> known_pace(const Trial& trial, const RunOptions& options, const Arm& arm, evaluate::Store& store) {
  for (const Arm* const which : {&arm, static_cast<const Arm*>(nullptr)}) {
    const auto text = store.find(pace_identity(trial, options, which));
    const auto pace = text ? numbers_from(*text) : std::nullopt;
    if (pace && pace->contains("seconds") && !pace->at("seconds").empty()) return pace->at("seconds").front();
  }
  return std::nullopt;
}

std::deque<TrialMetric>& added_metrics() {
  static std::deque<TrialMetric> all;
  return all;
}

/// The metrics that were added to this trial.
void measure_also(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) {
  for (const TrialMetric& own : added_metrics()) {
    if (own.trial != record.trial) continue;
    record.metrics.push_back(own.metric);
    for (size_t a = 0; a < arms.size(); ++a) {
      std::vector<double> values;
      for (const Ran& run : runs) {
        if (run.arm == a) values.push_back(own.of(run.numbers));
      }
      record.add(arms[a].name, record.metrics.size() - 1, std::move(values));
    }
  }
}

}  // namespace

const TrialMetric& add_trial_metric(TrialMetric metric) {
  DECANT_CHECK(std::ranges::count(trial_names(), metric.trial), ==, 1);
  return added_metrics().emplace_back(std::move(metric));
}

Numbers Bench::once(const std::string& stage, const std::function<Numbers()>& work) {
  const std::string identity = stage_identity(identity_, stage);
  const std::optional<KeptStage> known = kept_in(store_, identity);
  KeptStage done = known ? *known : timed(work);
  if (!known && store_ != nullptr) store_->keep(identity, text_of(done));
  if (progress_ != nullptr) known ? progress_->skip(1) : progress_->advance(1);
  times_.push_back({.stage = stage, .seconds = done.seconds, .kept = known.has_value()});
  return std::move(done.numbers);
}

std::vector<std::string> numbered_stages(const std::string& what, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("{} {}", what, i));
  return names;
}

std::vector<Arm> arms_of(const Trial& trial, const std::vector<std::shared_ptr<const Compressor>>& compressors) {
  std::vector<Arm> arms;
  std::set<std::string> names;
  for (const std::string& name : trial.baselines()) {
    names.insert(name);
    arms.push_back({name, nullptr});
  }
  for (const auto& compressor : compressors) {
    if (!names.insert(compressor->name()).second)
      throw UsageError(fmt::format("--with names '{}' twice, or as the trial's own baseline is called", compressor->name()));
    if (compressor->labels() && !trial.heeds_labels())
      throw UsageError(
          fmt::format("--with {}: the trial {} puts sets together and teaches classes alone, so labels would be made for nothing; "
                      "leave out labels=",
                      compressor->name(), trial.name()));
    arms.push_back({compressor->name(), compressor});
  }
  return arms;
}

Forecast forecast(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options, evaluate::Store* store,
                  const Context& context) {
  Forecast all;
  int runs = 0;
  double seconds = 0;
  bool known = true;
  for (const Arm& arm : arms) {
    const std::vector<std::string> stages = trial.stages(arm);
    KeptOfArm kept;
    int64_t missing = 0;
    for (int s = 0; s < options.seeds; ++s) {
      const std::string run = run_identity(trial, source, arm, options.first_seed + static_cast<uint64_t>(s));
      const int64_t before = kept.stages;
      for (const std::string& stage : stages) kept.add(kept_in(store, stage_identity(run, stage)));
      const int64_t missing_here = std::ssize(stages) - (kept.stages - before);
      missing += missing_here;
      runs += missing_here > 0 ? 1 : 0;
    }
    const double steps = trial.training_steps(arm) * static_cast<double>(missing) / static_cast<double>(stages.size());
    all.kept += kept.stages;
    all.stages += missing;
    all.training_steps += steps;
    if (missing == 0 || steps == 0) continue;
    if (const auto pace = store != nullptr ? known_pace(trial, options, arm, *store) : std::nullopt)
      seconds += steps * *pace;
    else if (kept.timed > 0)
      seconds += kept.seconds / static_cast<double>(kept.timed) * static_cast<double>(missing);
    else
      known = false;
  }
  if (known) all.seconds = seconds / std::max(1, std::min(context.thread_count(), runs));
  return all;
}

TrialRecord run_trial(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options,
                      evaluate::Store* store, const Context& context) {
  const Stopwatch watch;
  std::vector<Ran> runs;
  int64_t stages = 0;
  for (size_t a = 0; a < arms.size(); ++a) {
    for (int s = 0; s < options.seeds; ++s) runs.push_back({a, options.first_seed + static_cast<uint64_t>(s), {}});
    stages += options.seeds * std::ssize(trial.stages(arms[a]));
  }
  Pace pace(arms.size());
  std::vector<std::vector<TrialRecord::StageTime>> times(runs.size());
  SaidOnce log(context.log);
  {
    Stage progress(context, trial.name(), stages, "stages");
    const int workers = std::clamp(context.thread_count(), 1, std::max(1, static_cast<int>(runs.size())));
    parallel_for({.threads = workers, .cancel = context.cancel}, std::ssize(runs), 1, [&](int64_t begin, int64_t) {
      Ran& run = runs[static_cast<size_t>(begin)];
      const Arm& arm = arms[run.arm];
      const Stopwatch own;
      Bench bench(store, run_identity(trial, source, arm, run.seed), &progress);
      run.numbers = trial.run(arm, run.seed, bench, {.threads = 1, .log = &log, .cancel = context.cancel});
      times[static_cast<size_t>(begin)] = bench.times();
      if (bench.all_new()) pace.ran(run.arm, trial.training_steps(arm), own.seconds());
    });
  }
  TrialRecord record{.trial = trial.name(), .protocol = trial.in_words()};
  for (int s = 0; s < options.seeds; ++s) record.seeds.push_back(options.first_seed + static_cast<uint64_t>(s));
  for (size_t r = 0; r < runs.size(); ++r) {
    for (TrialRecord::StageTime& stage : times[r]) {
      stage.arm = arms[runs[r].arm].name;
      stage.seed = runs[r].seed;
      record.stages.push_back(std::move(stage));
    }
  }
  trial.conclude(arms, runs, record);
  measure_also(arms, runs, record);
  compare_with_random(record);
  record.seconds = watch.seconds();
  if (store != nullptr) pace.keep(trial, arms, options, *store);
  return record;
}

}  // namespace decant::trials
