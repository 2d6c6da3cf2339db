// Top-1 of networks trained on pictures.
//
// Every run takes the same number of steps, so a small set is not punished for being small, and is
// judged once, by its final weights on the test rows (never by the best epoch, which would be
// chosen on the test set). Seed s of every set shares initial weights and augmentation. On a CPU
// each run has one thread, so the numbers do not depend on the machine's core count. Pictures are
// decoded once, for all runs.
//
// A unit of work is a step; the test pictures, forward alone, count a third of a training picture
// each.
#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/evaluate/also.h"
#include "decant/evaluate/also_measure.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/judges/picture_tables.h"

namespace decant::evaluate {
namespace {

constexpr int64_t kFewSteps = 2;  // the first ones are slower
constexpr int64_t kMoreSteps = 6;
constexpr int64_t kMostSteps = 200;
constexpr double kTelling = 0.3;        // seconds that say something on a busy machine
constexpr double kTestShare = 1.0 / 3;  // forward alone, against forward and backward

class NetworkJudge final : public Judge {
 public:
  explicit NetworkJudge(const Tools& tools) : tools_(tools) {}

  const Modality& modality() const override { return modality::pictures; }

  void declare(OptionTable& table) override {
    OptionTable own;
    options_.declare(own);
    for (Option option : own.options()) {
      if (option.name == "net" || option.name == "seed") continue;  // of a case
      if (option.name == "steps")
        option.set = [this, parse = option.set](const std::string& text) {
          parse(text);
          options_.epochs = 0;
        };
      table.add(std::move(option));
    }
    declare_also(table, also_);
  }

  std::vector<Metric> metrics() const override {
    std::vector<Metric> metrics = {top_1()};
    for (const Also column : also_named(also_)) metrics.push_back(metric_of(column));
    return metrics;
  }

  void check(const std::set<std::string>& given) const override {
    if (given.contains("steps") && given.contains("epochs"))
      throw UsageError("--steps and --epochs both say how long to train; give one of the two");
    train::check(options_);
    also_named(also_);
  }

  void settle(const Data& data, const Context& context) override {
    options_.steps = train::steps_of(options_, data.trainable);
    options_.epochs = 0;
    classes_ = data.classes;
    test_rows_ = data.test_rows;
    pictures_.settle(data, options_.image_size, context);
  }

  std::string in_words() const override {
    const train::TrainOptions& t = options_;
    return fmt::format(
        "{} steps of batch {}, {} with peak rate {} ({} to zero, {:.0f} % warm-up), weight decay {}, label smoothing {}, "
        "{}, final weights",
        human_count(t.steps), t.batch, t.optimizer, t.learning_rate, t.schedule, 100 * t.warmup, t.weight_decay, t.label_smoothing,
        train::augmentation_in_words(t));
  }

  std::string identity(const std::string& net) const override {
    train::TrainOptions options = options_of(net, 0);
    options.image_size = 0;  // "size" says it
    Json identity = {{"judge", "networks"}, {"options", result_key(options)}, {"classes", classes_}, {"size", pictures_.size_json()}};
    if (!also_.empty()) identity["also"] = also_;
    return json_text(identity);
  }

  std::string numerics() const override { return tools_.numerics(options_.device); }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    pictures_.prepare(wanted, test, context);
    columns_ = AlsoMeasure(also_named(also_), test, pictures_.size(), context);
  }

  Result judge(const Case& one, const Context& context) const override {
    train::TrainJob job{.options = options_of(one),
                        .rows = one.rows,
                        .subset = one.subset,
                        .classes = classes_,
                        .test = one.test,
                        .table = pictures_.of(one.rows),
                        .test_table = pictures_.test()};
    for (const Also column : columns_.columns()) AlsoMeasure::ask(column, job);
    const train::TrainResult made = tools_.train(job, context);
    Result result{{made.value}, made.steps, made.seconds};
    for (const Also column : columns_.columns()) result.values.push_back(columns_.value(column, job, made, tools_.train, context));
    return result;
  }

  std::optional<ViewRecipe> views() const override {
    if (options_.augment != "crop-flip") return std::nullopt;
    return ViewRecipe{.cuts = train::cuts_of(options_)};
  }
  int picture_side() const override { return pictures_.side(); }
  bool side_by_side() const override { return options_.device == "cpu"; }
  int64_t steps() const override { return options_.steps; }

  double work(int64_t) const override {
    return static_cast<double>(options_.steps) + kTestShare * static_cast<double>(test_rows_) / options_.batch;
  }
  std::string pace_key(const std::string& net) const override {
    return json_text(
        {{"judge", "networks"}, {"net", net}, {"batch", options_.batch}, {"size", pictures_.size_json()}, {"classes", classes_}});
  }
  double timing_work() const override { return static_cast<double>(kFewSteps + kMoreSteps); }

  double time(const Case& one, int workers, double most, const Context& context) const override {
    const Subset rows = some_of(one.subset, static_cast<size_t>(kMoreSteps * options_.batch));
    const train::TrainJob job{.options = options_of(one),
                              .rows = one.rows,
                              .subset = rows,
                              .classes = classes_,
                              .table = pictures_.make(*one.rows, rows, context)};
    // The steps before, a third of it and less, come to half as many again.
    const auto most_steps = std::clamp(static_cast<int64_t>(most / 1.5), kMoreSteps, kMostSteps);
    std::vector<double> each(static_cast<size_t>(workers));
    parallel_for({.threads = workers, .cancel = context.cancel}, workers, 1, [&](int64_t worker, int64_t) {
      const Context own{.threads = side_by_side() ? 1 : context.threads, .cancel = context.cancel};
      each[static_cast<size_t>(worker)] = pace_of(job, most_steps, own);
    });
    return std::accumulate(each.begin(), each.end(), 0.0) / workers;
  }

 private:
  train::TrainOptions options_of(const std::string& net, uint64_t seed) const {
    train::TrainOptions options = options_;
    options.net = net;
    options.seed = seed;
    return options;
  }

  /// Soft labels are taught by the sets that have some.
  train::TrainOptions options_of(const Case& one) const {
    train::TrainOptions options = options_of(one.net, one.seed);
    options.soft_labels = options.soft_labels && has_soft_labels(*one.rows, one.subset.front());
    return options;
  }

  /// Seconds of a step, the first ones left out: of a few, and where those took no time to speak
  /// of, of more, up to `most`.
  double pace_of(train::TrainJob job, int64_t most, const Context& context) const {
    job.options.steps = kFewSteps;
    if (!side_by_side()) tools_.train(job, context);  // starts the device
    const double few = tools_.train(job, context).seconds;
    for (job.options.steps = kMoreSteps;; job.options.steps = std::min(most, 3 * job.options.steps)) {
      const double more = std::max(0.0, tools_.train(job, context).seconds - few);
      if (more >= kTelling || job.options.steps >= most) return more / static_cast<double>(job.options.steps - kFewSteps);
    }
  }

  Tools tools_;
  train::TrainOptions options_;
  int classes_ = 0;
  int64_t test_rows_ = 0;
  PictureTables pictures_;
  std::string also_;
  AlsoMeasure columns_;
};

}  // namespace

std::unique_ptr<Judge> make_networks(const Tools& tools) {
  return std::make_unique<NetworkJudge>(tools);
}

}  // namespace decant::evaluate
