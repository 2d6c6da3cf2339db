#include "decant/evaluate/forecast.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/base/parallel.h"
#include "decant/loader/image_table.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

constexpr int64_t kFewSteps = 2;  // the first ones are slower
constexpr int64_t kMoreSteps = 6;
constexpr int64_t kMostSteps = 200;
constexpr double kTelling = 0.3;   // seconds that say something on a busy machine
constexpr size_t kFewRows = 1024;  // that `linear` is timed on
constexpr double kWorth = 50;
constexpr double kTestShare = 1.0 / 3;  // forward alone, against forward and backward

std::string pace_identity(const std::string& net, int workers, const Trial& trial, const Options& options) {
  return json_text({{"pace", 1},
                    {"net", net},
                    {"batch", options.training.batch},
                    {"size", {trial.size.width, trial.size.height, trial.size.channels}},
                    {"classes", trial.classes},
                    {"data", net == train::kLinear ? trial.arms.front().digest : ""},
                    {"numerics", options.numerics},
                    {"machine", options.machine},
                    {"side_by_side", workers}});
}

std::optional<double> known_pace(const std::string& identity, Store* store) {
  const auto text = store != nullptr ? store->find(identity) : std::nullopt;
  const Json json = text ? try_parse_json(*text) : Json();
  if (!json.is_object() || !json.contains("seconds_per_unit") || !json["seconds_per_unit"].is_number()) return std::nullopt;
  return json["seconds_per_unit"].get<double>();
}

/// At most `most` of the rows, evenly spaced.
Subset some_of(const Subset& rows, size_t most) {
  const size_t count = std::min(rows.size(), most);
  std::vector<int64_t> some;
  for (size_t i = 0; i < count; ++i) some.push_back(rows[i * rows.size() / count]);
  return Subset(std::move(some));
}

/// Seconds of one short training without a test.
double seconds_of(const train::TrainJob& job, const Trainer& trainer, const Context& context) {
  return trainer(job, context).seconds;
}

double time_linear(const Run& run, const Trial& trial, const Options& options, const Trainer& trainer, const Context& context) {
  const Subset rows = some_of(*run.rows, kFewRows);
  train::TrainJob job{.options = options.training, .rows = run.arm->rows, .subset = rows, .classes = trial.classes};
  job.options.net = run.net;
  return seconds_of(job, trainer, context) / static_cast<double>(rows.size());
}

/// Seconds of a step, the first ones left out: of a few, and where those took no time to speak of, of more, up to `most`.
double pace_of(train::TrainJob job, int64_t most, const Trainer& trainer, const Context& context) {
  job.options.steps = kFewSteps;
  const double few = seconds_of(job, trainer, context);
  for (job.options.steps = kMoreSteps;; job.options.steps = std::min(most, 3 * job.options.steps)) {
    const double more = std::max(0.0, seconds_of(job, trainer, context) - few);
    if (more >= kTelling || job.options.steps >= most) return more / static_cast<double>(job.options.steps - kFewSteps);
  }
}

double time_steps(const Run& run, const Trial& trial, const Options& options, const Trainer& trainer, int workers, int64_t most,
                  const Context& context) {
  const Subset rows = some_of(*run.rows, static_cast<size_t>(kMoreSteps * options.training.batch));
  train::TrainJob job{.options = options.training, .rows = run.arm->rows, .subset = rows, .classes = trial.classes};
  job.options.net = run.net;
  job.table = std::make_shared<loader::ImageTable>(*run.arm->rows, rows, trial.size, loader::kKeptBytes, context);
  std::vector<double> each(static_cast<size_t>(workers));
  const bool cpu = options.training.device == "cpu";
  parallel_for({.threads = workers, .cancel = context.cancel}, workers, 1, [&](int64_t worker, int64_t) {
    const Context own{.threads = cpu ? 1 : context.threads, .cancel = context.cancel};
    each[static_cast<size_t>(worker)] = pace_of(job, most, trainer, own);
  });
  return std::accumulate(each.begin(), each.end(), 0.0) / workers;
}

/// Whether timing a net costs little beside the work that it foretells.
bool worth_it(const std::string& net, double work, int workers) {
  const double probe = net == train::kLinear ? static_cast<double>(kFewRows) : static_cast<double>(kFewSteps + kMoreSteps);
  return work / workers >= kWorth * probe;
}

/// Steps to time at most: those before, a third of it and less, come to half as many again.
int64_t most_steps(double work, int workers) {
  return std::clamp(static_cast<int64_t>(work / workers / kWorth / 1.5), kMoreSteps, kMostSteps);
}

/// When the last worker ends, if each takes the longest run that is left.
double makespan(std::vector<double> runs, int workers) {
  std::ranges::sort(runs, std::greater<>());
  std::vector<double> ends(static_cast<size_t>(workers));
  for (const double run : runs) *std::ranges::min_element(ends) += run;
  return *std::ranges::max_element(ends);
}

/// Units of work of one training of a network.
double network_work(int64_t test_rows, const Options& options) {
  return static_cast<double>(options.training.steps) + kTestShare * static_cast<double>(test_rows) / options.training.batch;
}

}  // namespace

double work_of(const Run& run, const Trial& trial, const Options& options) {
  return run.net == train::kLinear ? static_cast<double>(run.rows->size()) : network_work(trial.test->size(), options);
}

std::optional<double> seconds_at_known_pace(int64_t each, int workers, int64_t test_rows, const Trial& trial, const Options& options,
                                            Store& store) {
  std::vector<double> seconds;
  for (const std::string& net : options.nets) {
    if (net == train::kLinear) return std::nullopt;
    const std::optional<double> pace = known_pace(pace_identity(net, workers, trial, options), &store);
    if (!pace) return std::nullopt;
    seconds.insert(seconds.end(), static_cast<size_t>(each), *pace * network_work(test_rows, options));
  }
  return makespan(std::move(seconds), workers);
}

void keep_pace(const std::string& net, double seconds_per_unit, int workers, const Trial& trial, const Options& options, Store* store) {
  if (store != nullptr) store->keep(pace_identity(net, workers, trial, options), json_text({{"seconds_per_unit", seconds_per_unit}}));
}

Forecast forecast(const Plan& plan, const Trial& trial, const Options& options, const Trainer& trainer, Store* store, Timing timing,
                  const Context& context) {
  const std::vector<size_t> pending = plan.pending();
  Forecast result{.trainings = static_cast<int64_t>(pending.size()), .workers = workers_for(plan, options, context)};
  std::map<std::string, double> work;
  std::map<std::string, const Run*> example;
  for (const size_t i : pending) {
    const Run& run = plan.runs[i];
    work[run.net] += work_of(run, trial, options);
    example[run.net] = &run;
    if (run.net != train::kLinear) result.steps = options.training.steps;
  }
  std::map<std::string, double> pace;
  for (const auto& [net, run] : example) {
    std::optional<double> seconds = known_pace(pace_identity(net, result.workers, trial, options), store);
    if (!seconds && timing == Timing::when_worth_it && worth_it(net, work[net], result.workers)) {
      seconds = net == train::kLinear
                    ? time_linear(*run, trial, options, trainer, context)
                    : time_steps(*run, trial, options, trainer, result.workers, most_steps(work[net], result.workers), context);
      keep_pace(net, *seconds, result.workers, trial, options, store);
    }
    if (!seconds) return result;
    pace[net] = *seconds;
  }
  std::vector<double> seconds;
  for (const size_t i : pending) seconds.push_back(pace[plan.runs[i].net] * work_of(plan.runs[i], trial, options));
  result.seconds = makespan(seconds, result.workers);
  return result;
}

std::string Forecast::text() const {
  std::string what = fmt::format("{} training{}", trainings, trainings == 1 ? "" : "s");
  if (steps > 0) what += fmt::format(" of {} steps", human_count(steps));
  what += fmt::format(" on {} thread{}", workers, workers == 1 ? "" : "s");
  return seconds ? fmt::format("about {} for {}", human_seconds(*seconds), what) : what;
}

}  // namespace decant::evaluate
