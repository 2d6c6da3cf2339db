#include "decant/evaluate/evaluate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <thread>

#include "decant/base/parallel.h"
#include "decant/base/stopwatch.h"
#include "decant/evaluate/forecast.h"

namespace decant::evaluate {
namespace {

/// Lets one run advance the common bar by its training steps; whatever else it counts (pictures
/// decoded, rows tested) is not shown.
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

/// What the pending runs ask for, each row once.
std::vector<Wanted> wanted_by(const Plan& plan, const std::vector<size_t>& pending) {
  std::map<const Rows*, Subset> wanted;
  for (const size_t i : pending) {
    Subset& rows = wanted[plan.runs[i].arm->rows];
    rows = rows.united(*plan.runs[i].rows);
  }
  std::vector<Wanted> list;
  for (auto& [rows, subset] : wanted) list.push_back({rows, std::move(subset)});
  return list;
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

/// Judges the pending runs, the longest first, and writes their results into the plan.
Evidence::Cost judge_pending(const Trial& trial, Judge& judge, Plan& plan, Store* store, const Context& context) {
  std::vector<size_t> pending = plan.pending();
  const int64_t count = std::ssize(pending);
  Evidence::Cost cost{.workers = workers_for(count, judge, context), .trained = count, .known = plan.known()};
  if (count == 0) return cost;
  judge.prepare(wanted_by(plan, pending), *trial.test, context);
  std::ranges::stable_sort(pending, std::greater<>(), [&](size_t i) { return judge.work(std::ssize(*plan.runs[i].rows)); });
  const bool by_steps = judge.steps() > 0;
  Stage stage(context, "training", by_steps ? count * judge.steps() : count, by_steps ? "steps" : "runs");
  const Stopwatch watch;
  Idle idle;
  std::mutex mutex;
  parallel_for({.threads = cost.workers, .cancel = context.cancel}, count, 1, [&](int64_t begin, int64_t) {
    Run& run = plan.runs[pending[static_cast<size_t>(begin)]];
    Forwarder forwarder(stage);
    const Context each{.threads = judge.side_by_side() ? 1 : context.threads,
                       .progress = by_steps ? &forwarder : nullptr,
                       .log = context.log,
                       .cancel = context.cancel};
    const Result result = judge.judge(run.on(trial.test), each);
    if (store != nullptr) store->keep(run.identity, result_text(result));
    if (!by_steps) stage.advance();
    idle.ended(watch.seconds());
    const std::lock_guard lock(mutex);
    run.result = result;
    cost.train_seconds += result.seconds;
  });
  cost.idle_seconds = idle.seconds(watch.seconds(), cost.workers);
  return cost;
}

constexpr double kWholeWork = 400;  // units of work from which on what starts and ends a run no longer counts

/// What each net needed for a unit of work, for later forecasts.
void keep_paces(const Judge& judge, const Options& options, const Plan& plan, const std::vector<size_t>& made, int workers, Store* store) {
  std::map<std::string, std::pair<double, double>> sums;  // seconds and work
  for (const size_t i : made) {
    auto& [seconds, work] = sums[plan.runs[i].net];
    seconds += plan.runs[i].result->seconds;
    work += judge.work(std::ssize(*plan.runs[i].rows));
  }
  for (const auto& [net, sum] : sums) {
    if (sum.second >= kWholeWork) keep_pace(net, sum.first / sum.second, workers, judge, options, store);
  }
}

/// A cell for each net, arm and metric that says something of it.
std::vector<Evidence::Cell> cells_of(const Trial& trial, const Judge& judge, const Options& options, const Plan& plan) {
  const size_t metrics = judge.metrics().size();
  std::map<std::string, const Result*> made;
  for (const Run& run : plan.runs) {
    if (run.result) made[run.identity] = &*run.result;
  }
  std::vector<Evidence::Cell> cells(options.nets.size() * trial.arms.size() * metrics);
  for (const Run& run : plan.runs) {
    const Result& result = *made.at(run.identity);
    for (size_t metric = 0; metric < metrics; ++metric) {
      if (std::isnan(result.values.at(metric))) continue;
      Evidence::Cell& cell = cells[run.cell * metrics + metric];
      cell.net = run.net;
      cell.set = run.arm->name;
      cell.metric = metric;
      cell.protocol = options.protocol;
      cell.rows = std::ssize(*run.rows);
      cell.budget = run.arm->budget.value_or(Budget{cell.rows, Budget::Unit::rows});
      cell.bytes = run.arm->bytes;
      cell.parts = run.arm->parts;
      cell.keep = static_cast<double>(cell.rows) / static_cast<double>(std::max<int64_t>(1, trial.every_row));
      cell.seeds.push_back(run.seed);
      cell.values.push_back(result.values.at(metric));
      cell.steps = result.steps;
      cell.converged = judge.converges();
      cell.seconds += result.seconds;
    }
  }
  std::erase_if(cells, [](const Evidence::Cell& cell) { return cell.values.empty(); });
  return cells;
}

}  // namespace

int workers_for(int64_t runs, const Judge& judge, const Context& context) {
  return judge.side_by_side() ? static_cast<int>(std::clamp<int64_t>(runs, 1, context.thread_count())) : 1;
}

Evidence evaluate(const Trial& trial, Judge& judge, const Options& options, Plan plan, Store* store, const Context& context) {
  const Stopwatch watch;
  Evidence evidence{.protocol = fmt::format("{}, {} seed{}", judge.in_words(), options.seeds, options.seeds == 1 ? "" : "s"),
                    .test_rows = trial.test->size(),
                    .metrics = judge.metrics()};
  const std::vector<size_t> pending = plan.pending();
  evidence.cost = judge_pending(trial, judge, plan, store, context);
  keep_paces(judge, options, plan, pending, evidence.cost.workers, store);
  evidence.cells = cells_of(trial, judge, options, plan);
  compare(evidence);
  evidence.cost.wall_seconds = watch.seconds();
  return evidence;
}

}  // namespace decant::evaluate
