// Continual learning: classes come in tasks, one after another, and of those that are past a memory
// of fixed size is left. What is a memory worth that each compressor makes, of one task's rows at a
// time?
//
// The tasks share the classes evenly, a remainder goes to the first. The order of the classes is
// NumPy's legacy permutation by the seed, as published code draws it, or that of a file. The memory
// is shared evenly by the classes seen so far: an older set gives way by losing the last of its
// order, since the rows that it was made from are gone. With `--memory-of class` every class keeps
// what it had, and the memory grows. After each task
//
//     gdumb    a fresh network is trained on the memory alone (Prabhu, Torr and Dokania, ECCV 2020),
//     replay   the network of the task before goes on, on the task's rows and the memory, which is
//              repeated until it holds as many rows as the task: about half of a batch is memory,
//
// with the same number of steps for every arm, and is asked for the test rows of the classes seen,
// among these classes. Published GDumb reports its best pass on the test rows; here it is the last.
//
// Beside: "joint", trained after each task on all rows of the classes seen, and "no-memory": on the
// last task's rows alone.
//
// On grey pictures the defaults are GDumb's for MNIST: a batch-norm MLP of 100, 128 passes of batch
// 16, momentum, cosine with warm restarts from 0.05, crops. On colour ones they are those of the
// condensed memories of DM (Zhao and Bilen, WACV 2023): a ConvNet under DSA, rate 0.01, 1,000
// epochs; its width is 32 here, not 128.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/random.h"
#include "decant/base/stopwatch.h"
#include "decant/base/text.h"
#include "decant/trials/also_stages.h"
#include "decant/trials/list.h"
#include "decant/trials/memory.h"
#include "decant/trials/net_training.h"
#include "decant/trials/numpy_order.h"
#include "decant/trials/tasks.h"

namespace decant::trials {
namespace {

constexpr double kKilobyte = 1000;

struct ContinualOptions {
  int tasks = 5;
  int64_t memory = 300;
  int64_t memory_bytes = 0;  ///< > 0: in place of rows
  std::string memory_of = "all";
  std::string judge = "gdumb";
  std::filesystem::path class_order;
};

class Continual final : public Trial {
 public:
  explicit Continual(const evaluate::Tools& tools)
      : training_(tools, {{"net", "mlp+width=100+norm=batch"},
                          {"epochs", "128"},
                          {"batch", "16"},
                          {"optimizer", "momentum"},
                          {"learning-rate", "0.05"},
                          {"schedule", "restarts"},
                          {"warmup", "0.0078125"},  // one pass
                          {"weight-decay", "1e-6"},
                          {"clip-norm", "10"},
                          {"label-smoothing", "0"}}) {}

  std::string name() const override { return "continual"; }
  std::string question() const override { return "What is a memory worth when classes come in tasks?"; }
  std::string usual_arms() const override { return "random,herding,k-means,random+quality=50+bytes=same,dm"; }
  std::vector<std::string> baselines() const override { return {"joint", "no-memory"}; }

  bool heeds_labels() const override { return false; }

  void declare(OptionTable& table) override {
    table.add("tasks", options_.tasks, "T", "that share the classes");
    table.add("memory", options_.memory, "ROWS", "that the memory holds");
    table.add("memory-bytes", options_.memory_bytes, "BYTES", "that it holds in place of a number of rows");
    table.add("memory-of", options_.memory_of, "WHAT", "has that memory: all (classes together, sharing it evenly) or class (each one)");
    table.add("after-task", options_.judge, "HOW", "gdumb (a fresh network, on the memory alone) or replay (it goes on)");
    table.add("class-order", options_.class_order, "FILE", "labels in the order in which they come; default: NumPy's by the seed");
    training_.declare(table);
    also_.declare(table);
  }

  void settle(const Source& source, const std::map<std::string, std::string>& given, const Context& context) override {
    source_ = source;
    require_sound();
    const int channels = channels_of(source);
    training_.set_usual(channels == 3 ? on_colour() : usual_on(channels), given);
    settle_steps();
    if (!options_.class_order.empty()) order_ = read_class_order(options_.class_order, source.class_names, source.classes);
    training_.settle(source, context);
    also_.settle(training_, context);
    rows_of_class_ = rows_by_class(source);
    for (size_t label = 0; label < rows_of_class_.size(); ++label) {
      if (rows_of_class_[label].empty())
        throw InputError({"", class_name(label), "has no rows, so there is no task for it", "Leave the class out of the data set"});
    }
  }

  std::string in_words() const override {
    const std::string memory = (by_bytes() ? human_bytes(options_.memory_bytes) : human_count(options_.memory) + " rows") +
                               (of_each_class() ? " of each class" : "");
    return fmt::format("{} tasks, a memory of {}, {} after each task: {}", options_.tasks, memory,
                       options_.judge == "gdumb" ? "a fresh network on the memory alone (gdumb)" : "the network goes on (replay)",
                       training_.in_words());
  }

  std::string identity() const override {
    Json all = {{"tasks", options_.tasks}, {"memory", options_.memory}, {"bytes", options_.memory_bytes},
                {"judge", options_.judge}, {"order", order_},           {"training", training_.identity()}};
    if (of_each_class()) all["of"] = options_.memory_of;
    return json_text(all);
  }
  std::string numerics() const override { return training_.numerics(); }
  std::string pace_key() const override { return training_.pace_key(); }
  std::vector<std::string> stages(const Arm&) const override { return also_.after(numbered_stages("task", options_.tasks)); }
  double training_steps(const Arm&) const override { return static_cast<double>(options_.tasks * training_.options().steps); }

  Numbers run(const Arm& arm, uint64_t seed, Bench& bench, const Context& context) const override {
    Life life(*this, arm, seed, context);
    Numbers all;
    for (int task = 0; task < options_.tasks; ++task) {
      // What replay goes on from is no number to keep, so a stage that is found is not run again
      // unless a later one needs it.
      const Numbers after = bench.once(fmt::format("task {}", task), [&] { return life.after(task); });
      for (const auto& [name, values] : after) all[name].insert(all[name].end(), values.begin(), values.end());
    }
    also_.run(
        bench, [&]() -> const FinalNetwork& { return life.at_end(); }, all, context);
    return all;
  }

  void conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const override;

 private:
  /// One arm with one seed, task after task; each is made when it is first asked for.
  class Life {
   public:
    Life(const Continual& trial, const Arm& arm, uint64_t seed, const Context& context)
        : trial_(trial), arm_(arm), seed_(seed), context_(context), tasks_(trial.tasks_of(seed)), memory_(trial.unit()) {}

    /// Accuracy on the classes so far, and of each task so far; the bytes of the memory and the
    /// seconds of its making.
    Numbers after(int task) {
      const Stopwatch watch;
      const Memory::Kept memory = memory_after(task);
      const double making = watch.seconds();
      const train::TrainResult made = trained_after(task, memory);
      Numbers numbers = accuracies(made.logits, task);
      numbers["bytes"] = {static_cast<double>(memory.bytes)};
      numbers["making"] = {making};
      return numbers;
    }

    /// The network after the last task; trained again where its stage was only found.
    const FinalNetwork& at_end() {
      const int last = trial_.options_.tasks - 1;
      if (trained_task_ != last) trained_after(last, memory_after(last));
      return trained_;
    }

   private:
    Numbers accuracies(const std::vector<float>& logits, int task) const {
      const Rows& test = trial_.training_.test();
      const std::vector<int32_t> answers = answers_among(logits, test, tasks_.flags_after(task));
      std::vector<double> right(static_cast<size_t>(task) + 1);
      std::vector<double> count(right.size());
      for (int64_t row = 0; row < test.size(); ++row) {
        const int32_t answer = answers[static_cast<size_t>(row)];
        if (answer == kNoLabel) continue;
        const auto place = static_cast<size_t>(tasks_.task_of(test.label(row)));
        count[place] += 1;
        right[place] += answer == test.label(row) ? 1 : 0;
      }
      Numbers numbers;
      numbers["accuracy"] = {std::accumulate(right.begin(), right.end(), 0.0) / std::accumulate(count.begin(), count.end(), 0.0)};
      for (size_t i = 0; i < right.size(); ++i) numbers["of tasks"].push_back(count[i] > 0 ? right[i] / count[i] : 0);
      return numbers;
    }

    /// Makes what is missing up to `task`.
    Memory::Kept memory_after(int task) {
      if (arm_.compressor == nullptr) return {};
      for (; made_ <= task; ++made_) {
        const Subset rows = tasks_.rows_of(made_, trial_.rows_of_class_);
        memory_.add(make_small(*arm_.compressor, trial_.source_, rows, size_at(made_), seed_, context_));
      }
      return memory_.kept(trial_.shares_after(tasks_, task));
    }

    /// What the task's classes may take of the memory when it comes.
    Size size_at(int task) const {
      const std::vector<int64_t> shares = trial_.shares_after(tasks_, task);
      int64_t sum = 0;
      int64_t most = 0;
      for (const int label : tasks_.classes_of(task)) {
        sum += shares[static_cast<size_t>(label)];
        most = std::max(most, shares[static_cast<size_t>(label)]);
      }
      return {trial_.unit(), trial_.by_bytes() ? sum : most};
    }

    train::TrainResult trained_after(int task, const Memory::Kept& memory) {
      if (trial_.options_.judge == "gdumb") return trained_on(rows_to_learn(task, memory), {}, seed_, task);
      for (; gone_on_ <= task; ++gone_on_) {
        // The memory as it was before the task: of the task itself all rows are there.
        const Memory::Kept before = gone_on_ == 0 ? Memory::Kept{} : memory_after(gone_on_ - 1);
        last_ = trained_on(rows_to_replay(gone_on_, before), last_.weights,
                           Random(seed_, "task", static_cast<uint64_t>(gone_on_)).bits64() >> 1, gone_on_);
      }
      return last_;
    }

    train::TrainResult trained_on(const std::shared_ptr<const Rows>& rows, const std::vector<float>& weights, uint64_t seed, int task) {
      trained_ = {.rows = rows, .subset = Subset::all(rows->size()), .seed = seed};
      train::TrainJob job = trial_.training_.job(*rows, trained_.subset, seed);
      job.weights = weights;
      job.keep_weights = trial_.options_.judge == "replay" || trial_.also_.any();
      train::TrainResult made = trial_.training_.train(job, context_);
      trained_.weights = made.weights;
      trained_task_ = task;
      return made;
    }

    std::shared_ptr<const Rows> rows_to_learn(int task, const Memory::Kept& memory) const {
      if (arm_.compressor != nullptr) return memory.rows;
      Subset rows = tasks_.rows_of(task, trial_.rows_of_class_);
      for (int t = 0; arm_.name == "joint" && t < task; ++t) rows = rows.united(tasks_.rows_of(t, trial_.rows_of_class_));
      return std::make_shared<PickedRows>(picks_of(trial_.source_.rows, rows));
    }

    /// The task's rows, and the memory as often as it takes to be as many.
    std::shared_ptr<const Rows> rows_to_replay(int task, const Memory::Kept& memory) const {
      if (arm_.compressor == nullptr) return rows_to_learn(task, memory);
      const Subset own = tasks_.rows_of(task, trial_.rows_of_class_);
      std::vector<PickedRows::Pick> picks = picks_of(trial_.source_.rows, own);
      const int64_t kept = memory.rows == nullptr ? 0 : memory.rows->size();
      for (int64_t i = 0; kept > 0 && i < std::max(std::ssize(own), kept); ++i) picks.push_back({memory.rows, i % kept});
      return std::make_shared<PickedRows>(std::move(picks));
    }

    const Continual& trial_;
    const Arm& arm_;
    uint64_t seed_;
    const Context& context_;
    Tasks tasks_;
    Memory memory_;
    int made_ = 0;     ///< tasks of which the memory holds something
    int gone_on_ = 0;  ///< tasks that the replayed network has learnt, and what it was then
    train::TrainResult last_;
    FinalNetwork trained_;  ///< the latest
    int trained_task_ = -1;
  };

  static std::map<std::string, std::string> on_colour() {
    return {{"net", "convnet3+width=32"}, {"epochs", "1000"},   {"batch", "256"},  {"cap-batch", "true"},
            {"learning-rate", "0.01"},    {"schedule", "half"}, {"warmup", "0"},   {"weight-decay", "0.0005"},
            {"decay-all", "true"},        {"augment", "dsa"},   {"clip-norm", "0"}};
  }

  void require_sound() const {
    if (options_.judge != "gdumb" && options_.judge != "replay")
      throw UsageError(unknown_name("way to go on after a task", options_.judge, {"gdumb", "replay"}));
    if (options_.memory_of != "all" && options_.memory_of != "class")
      throw UsageError(unknown_name("owner of a memory", options_.memory_of, {"all", "class"}));
    if (options_.tasks < 2 || options_.tasks > source_.classes)
      throw InputError({"", "--tasks", fmt::format("{} tasks cannot share {} classes", options_.tasks, source_.classes),
                        "Give from 2 to as many as there are classes"});
    if (!by_bytes() && !of_each_class() && options_.memory < source_.classes)
      throw InputError({"", "--memory", fmt::format("{} rows are fewer than the {} classes", options_.memory, source_.classes),
                        "Give at least one a class"});
    if (options_.memory < 1) throw InputError({"", "--memory", "must be at least 1", "Give a number of rows"});
  }

  /// The same for every arm: passes over a memory of rows, of whatever size it is in the arm.
  void settle_steps() {
    train::TrainOptions& training = training_.options();
    const int64_t rows = std::max<int64_t>(source_.classes, options_.memory * (of_each_class() && !by_bytes() ? source_.classes : 1));
    training_.settle_steps(rows);
    training.batch = train::batch_of(training, rows);
    training.cap_batch = true;  // where an arm has fewer, the first tasks of a growing memory
  }

  bool by_bytes() const { return options_.memory_bytes > 0; }
  bool of_each_class() const { return options_.memory_of == "class"; }
  Size::Unit unit() const { return by_bytes() ? Size::Unit::bytes : Size::Unit::per_class; }
  std::string class_name(size_t label) const {
    return label < source_.class_names.size() ? source_.class_names[label] : fmt::format("class {}", label);
  }

  /// What each class may keep after a task, in rows or bytes.
  std::vector<int64_t> shares_after(const Tasks& tasks, int task) const {
    const int64_t size = by_bytes() ? options_.memory_bytes : options_.memory;
    return tasks.shares_after(task, of_each_class() ? size * std::ssize(tasks.seen_after(task)) : size);
  }
  Tasks tasks_of(uint64_t seed) const {
    return {order_.empty() ? numpy_permutation(static_cast<uint32_t>(seed), source_.classes) : order_, options_.tasks};
  }

  ContinualOptions options_;
  NetTraining training_;
  AlsoStages also_;
  Source source_;
  std::vector<int> order_;  ///< of a file; empty = by the seed
  std::vector<std::vector<int64_t>> rows_of_class_;
};

enum ContinualMetric : size_t { kFinal, kMean, kForgetting, kBytes, kMaking };

std::vector<Metric> continual_metrics() {
  Metric last = top_1();
  last.name = "final accuracy";
  last.title = "accuracy at the end";
  Metric mean = top_1();
  mean.name = "mean accuracy";
  mean.title = "mean over tasks";
  const Metric forgetting = {
      .name = "forgetting", .title = "forgotten", .unit = "points", .scale = 100, .least = -1, .higher_is_better = false};
  const Metric bytes = {.name = "memory", .title = "memory", .unit = "kB", .scale = 1 / kKilobyte, .most = 1e15, .higher_is_better = false};
  const Metric making = {.name = "making", .title = "making it", .unit = "s", .most = 1e9, .higher_is_better = false};
  return {last, mean, forgetting, bytes, making};
}

/// The mean over old tasks of the best that was known of them earlier, less what is known at the
/// end. `of_tasks`: after each task one number for each so far.
double forgotten(const std::vector<double>& of_tasks, int tasks) {
  const auto after = [&](int time, int task) { return of_tasks[static_cast<size_t>(time * (time + 1) / 2 + task)]; };
  double sum = 0;
  for (int task = 0; task + 1 < tasks; ++task) {
    double best = after(task, task);
    for (int time = task; time + 1 < tasks; ++time) best = std::max(best, after(time, task));
    sum += best - after(tasks - 1, task);
  }
  return sum / (tasks - 1);
}

void Continual::conclude(const std::vector<Arm>& arms, const std::vector<Ran>& runs, TrialRecord& record) const {
  record.metrics = continual_metrics();
  for (size_t a = 0; a < arms.size(); ++a) {
    std::vector<std::vector<double>> values(record.metrics.size());
    TrialRecord::Series series{.arm = arms[a].name, .along = "tasks", .of = "accuracy, %"};
    series.values.assign(static_cast<size_t>(options_.tasks), 0);
    int64_t count = 0;
    for (const Ran& run : runs) {
      if (run.arm != a) continue;
      const std::vector<double>& accuracy = run.numbers.at("accuracy");
      values[kFinal].push_back(accuracy.back());
      values[kMean].push_back(std::accumulate(accuracy.begin(), accuracy.end(), 0.0) / options_.tasks);
      values[kForgetting].push_back(forgotten(run.numbers.at("of tasks"), options_.tasks));
      values[kBytes].push_back(run.numbers.at("bytes").back());
      const std::vector<double>& making = run.numbers.at("making");
      values[kMaking].push_back(std::accumulate(making.begin(), making.end(), 0.0));
      for (size_t t = 0; t < accuracy.size(); ++t) series.values[t] += 100 * accuracy[t];
      ++count;
    }
    for (size_t m = 0; m < values.size(); ++m) {
      if (m < kBytes || arms[a].compressor != nullptr) record.add(arms[a].name, m, std::move(values[m]));
    }
    for (int t = 0; t < options_.tasks; ++t) {
      series.at.push_back(t + 1);
      series.values[static_cast<size_t>(t)] /= static_cast<double>(count);
    }
    record.series.push_back(std::move(series));
  }
  also_.conclude(arms, runs, record);
}

}  // namespace

std::unique_ptr<Trial> make_continual(const evaluate::Tools& tools) {
  return std::make_unique<Continual>(tools);
}

}  // namespace decant::trials
