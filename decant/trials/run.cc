#include "decant/trials/run.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/stopwatch.h"

namespace decant::trials {
namespace {

constexpr int kFormat = 1;  // goes up when the same trial, options and data give other numbers than before

std::string run_identity(const Trial& trial, const Source& source, const Arm& arm, uint64_t seed) {
  return json_text({{"trial", trial.name()},
                    {"version", kFormat},
                    {"how", trial.identity()},
                    {"data", source.digest},
                    {"rows", source.usable.size()},
                    {"test", source.test_digest},
                    {"arm", arm.compressor == nullptr ? arm.name : arm.compressor->identity()},
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

std::string pace_identity(const Trial& trial, const RunOptions& options) {
  return json_text({{"trial pace", trial.pace_key()}, {"machine", options.machine}, {"numerics", trial.numerics()}});
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

/// Stages that were run now, with the steps and the seconds of their runs.
class Pace {
 public:
  void ran(double steps, double seconds) {
    const std::lock_guard lock(mutex_);
    steps_ += steps;
    seconds_ += seconds;
  }
  double seconds_of_step() const { return steps_ > 0 ? seconds_ / steps_ : 0; }

 private:
  std::mutex mutex_;
  double steps_ = 0;
  double seconds_ = 0;
};

}  // namespace

Numbers Bench::once(const std::string& stage, const std::function<Numbers()>& work) {
  Json key = parse_json(identity_);
  key["stage"] = stage;
  const std::string identity = json_text(key);
  std::optional<Numbers> known;
  if (store_ != nullptr) {
    if (const auto text = store_->find(identity)) known = numbers_from(*text);
  }
  if (known) all_new_ = false;
  Numbers numbers = known ? std::move(*known) : work();
  if (!known && store_ != nullptr) store_->keep(identity, text_of(numbers));
  if (progress_ != nullptr) known ? progress_->skip(1) : progress_->advance(1);
  return numbers;
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

Forecast forecast(const Trial& trial, const std::vector<Arm>& arms, const RunOptions& options, evaluate::Store* store,
                  const Context& context) {
  Forecast all;
  for (const Arm& arm : arms) {
    all.stages += options.seeds * trial.stages(arm);
    all.training_steps += options.seeds * trial.training_steps(arm);
  }
  const auto text = store != nullptr ? store->find(pace_identity(trial, options)) : std::nullopt;
  const auto pace = text ? numbers_from(*text) : std::nullopt;
  if (pace && pace->contains("seconds") && !pace->at("seconds").empty())
    all.seconds = pace->at("seconds").front() * all.training_steps /
                  std::max(1, std::min(context.thread_count(), static_cast<int>(arms.size()) * options.seeds));
  return all;
}

TrialRecord run_trial(const Trial& trial, const Source& source, const std::vector<Arm>& arms, const RunOptions& options,
                      evaluate::Store* store, const Context& context) {
  const Stopwatch watch;
  std::vector<Ran> runs;
  int64_t stages = 0;
  for (size_t a = 0; a < arms.size(); ++a) {
    for (int s = 0; s < options.seeds; ++s) runs.push_back({a, options.first_seed + static_cast<uint64_t>(s), {}});
    stages += options.seeds * trial.stages(arms[a]);
  }
  Pace pace;
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
      if (bench.all_new()) pace.ran(trial.training_steps(arm), own.seconds());
    });
  }
  TrialRecord record{.trial = trial.name(), .protocol = trial.in_words()};
  for (int s = 0; s < options.seeds; ++s) record.seeds.push_back(options.first_seed + static_cast<uint64_t>(s));
  trial.conclude(arms, runs, record);
  compare_with_random(record);
  record.seconds = watch.seconds();
  if (store != nullptr && pace.seconds_of_step() > 0)
    store->keep(pace_identity(trial, options), text_of({{"seconds", {pace.seconds_of_step()}}}));
  return record;
}

}  // namespace decant::trials
