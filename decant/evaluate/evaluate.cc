#include "decant/evaluate/evaluate.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/evaluate/forecast.h"
#include "decant/evaluate/protocol.h"
#include "decant/loader/image_table.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// Lets one run advance the common bar by its training steps; whatever else it counts (pictures decoded, rows tested) is not shown.
class Forwarder final : public ProgressSink {
 public:
  explicit Forwarder(Stage& stage) : stage_(stage) {}
  void begin(std::string_view, int64_t, std::string_view unit) override { steps_ = unit == "steps"; }
  void advance(int64_t done) override {
    if (steps_) stage_.advance(done);
  }
  void end() override { steps_ = false; }

 private:
  Stage& stage_;
  std::atomic<bool> steps_{false};
};

using Table = std::shared_ptr<const loader::ImageTable>;

/// The pictures that the pending runs want, decoded once for all of them; nothing of a matrix.
struct Pictures {
  std::map<const Rows*, Table> of;
  Table test;
};

Pictures decode(const Trial& trial, const Plan& plan, const std::vector<size_t>& pending, const Context& context) {
  Pictures pictures;
  if (pending.empty() || trial.test->pictures() == nullptr) return pictures;
  std::map<const Rows*, Subset> wanted;
  for (const size_t i : pending) {
    Subset& rows = wanted[plan.runs[i].arm->rows];
    rows = rows.united(*plan.runs[i].rows);
  }
  const auto table = [&](const Rows& rows, const Subset& chosen) {
    return std::make_shared<loader::ImageTable>(rows, chosen, trial.size, loader::kKeptBytes, context);
  };
  for (const auto& [rows, chosen] : wanted) pictures.of[rows] = table(*rows, chosen);
  const Subset every = Subset::all(trial.test->size());
  pictures.test = table(*trial.test, every);
  return pictures;
}

train::TrainResult train_one(const Run& run, const Trial& trial, const Pictures& pictures, const Options& options, const Trainer& trainer,
                             const Context& context) {
  train::TrainJob job;
  job.options = options.training;
  job.options.net = run.net;
  job.options.seed = run.seed;
  job.rows = run.arm->rows;
  job.subset = *run.rows;
  job.classes = trial.classes;
  job.test = trial.test;
  if (pictures.test != nullptr) {
    job.table = pictures.of.at(run.arm->rows);
    job.test_table = pictures.test;
  }
  return trainer(job, context);
}

/// Seconds that the workers had nothing to do at the end, on average.
class Idle {
 public:
  void ended(double at) {
    const std::lock_guard lock(mutex_);
    ends_[std::this_thread::get_id()] = at;
  }
  double seconds(double end, int workers) const {
    double idle = end * static_cast<double>(workers - static_cast<int>(ends_.size()));
    for (const auto& [thread, at] : ends_) idle += end - at;
    return idle / workers;
  }

 private:
  std::mutex mutex_;
  std::map<std::thread::id, double> ends_;
};

/// Trains the pending runs, the longest first, and writes their results into the plan.
Evidence::Cost train_pending(const Trial& trial, const Options& options, Plan& plan, const Trainer& trainer, Store* store,
                             const Context& context) {
  std::vector<size_t> pending = plan.pending();
  Evidence::Cost cost{
      .workers = workers_for(plan, options, context), .trained = static_cast<int64_t>(pending.size()), .known = plan.known()};
  const Pictures pictures = decode(trial, plan, pending, context);
  std::ranges::stable_sort(pending, std::greater<>(), [&](size_t i) { return work_of(plan.runs[i], trial, options); });
  const bool networks = std::ranges::any_of(pending, [&](size_t i) { return plan.runs[i].net != train::kLinear; });
  Stage stage(context, "training", cost.trained * (networks ? options.training.steps : 1), networks ? "steps" : "runs");
  const bool cpu = options.training.device == "cpu";
  const SteadyClock::time_point start = SteadyClock::now();
  Idle idle;
  std::mutex mutex;
  parallel_for({.threads = cost.workers, .cancel = context.cancel}, cost.trained, 1, [&](int64_t begin, int64_t) {
    Run& run = plan.runs[pending[static_cast<size_t>(begin)]];
    Forwarder forwarder(stage);
    const Context each{.threads = cpu ? 1 : context.threads, .progress = &forwarder, .log = context.log, .cancel = context.cancel};
    const train::TrainResult made = train_one(run, trial, pictures, options, trainer, each);
    const RunResult result{made.accuracy, made.final_loss, made.steps, made.test_rows, made.seconds};
    if (store != nullptr) store->keep(run.identity, result_text(result));
    if (!networks) stage.advance();
    idle.ended(seconds_since(start));
    const std::lock_guard lock(mutex);
    run.result = result;
    cost.train_seconds += result.seconds;
  });
  cost.idle_seconds = cost.trained > 0 ? idle.seconds(seconds_since(start), cost.workers) : 0;
  return cost;
}

constexpr double kWholeWork = 400;  // units of work from which on what starts and ends a run no longer counts

/// What each net needed for a unit of work, for later forecasts.
void keep_paces(const Trial& trial, const Options& options, const Plan& plan, const std::vector<size_t>& trained, int workers,
                Store* store) {
  std::map<std::string, std::pair<double, double>> sums;  // seconds and work
  for (const size_t i : trained) {
    auto& [seconds, work] = sums[plan.runs[i].net];
    seconds += plan.runs[i].result->seconds;
    work += work_of(plan.runs[i], trial, options);
  }
  for (const auto& [net, sum] : sums) {
    if (sum.second >= kWholeWork) keep_pace(net, sum.first / sum.second, workers, trial, options, store);
  }
}

std::vector<Evidence::Cell> cells_of(const Trial& trial, const Options& options, const Plan& plan) {
  std::vector<Evidence::Cell> cells(options.nets.size() * trial.arms.size());
  std::map<std::string, const RunResult*> made;
  for (const Run& run : plan.runs) {
    if (run.result) made[run.identity] = &*run.result;
  }
  for (const Run& run : plan.runs) {
    const RunResult& result = *made.at(run.identity);
    Evidence::Cell& cell = cells[run.cell];
    cell.net = run.net;
    cell.set = run.arm->name;
    cell.protocol = options.protocol;
    cell.rows = static_cast<int64_t>(run.rows->size());
    cell.budget = {cell.rows, Budget::Unit::rows};
    cell.keep = static_cast<double>(cell.rows) / static_cast<double>(std::max<int64_t>(1, trial.every_row));
    cell.seeds.push_back(run.seed);
    cell.values.push_back(result.accuracy);
    cell.steps = result.steps;
    cell.converged = run.net == train::kLinear;
    cell.seconds += result.seconds;
  }
  return cells;
}

}  // namespace

int workers_for(const Plan& plan, const Options& options, const Context& context) {
  if (options.training.device != "cpu") return 1;
  return static_cast<int>(std::clamp<int64_t>(std::ssize(plan.pending()), 1, context.thread_count()));
}

Evidence evaluate(const Trial& trial, const Options& options, Plan plan, const Trainer& trainer, Store* store, const Context& context) {
  const SteadyClock::time_point start = SteadyClock::now();
  Evidence evidence{.protocol = in_words(options.training, options.nets, options.seeds), .test_rows = trial.test->size()};
  const std::vector<size_t> pending = plan.pending();
  evidence.cost = train_pending(trial, options, plan, trainer, store, context);
  keep_paces(trial, options, plan, pending, evidence.cost.workers, store);
  evidence.cells = cells_of(trial, options, plan);
  compare(evidence);
  evidence.cost.wall_seconds = seconds_since(start);
  return evidence;
}

}  // namespace decant::evaluate
