// Top-1 of networks trained as the field of dataset distillation trains them, in three columns:
//
//   plain   on classes, no augmentation                          300 epochs
//   DSA     on classes, differentiable Siamese augmentation    1,000 epochs
//   own     as the set itself asks (Dataset::training): its soft labels, its loss, its rate; what it
//           does not say is as for DSA. Sets that ask for nothing have no such number.
//
// A method's own labels and its own way of training are worth points that have nothing to do with
// its pictures, so the three are never mixed: real rows are compared with synthetic pictures in the
// same column. The source is the code published with DC, DSA and DM (VICO-UoE/DatasetCondensation,
// evaluate_synset): SGD with a heavy ball of 0.9, rate 0.01 divided by ten at half, weight decay
// 5e-4 on everything, batches of 256 at most. It makes a new optimizer where it divides the rate
// and so loses the momentum, which is kept here.
//
// --columns leaves some of them out, and the time they take.
//
// Epochs are those of the set on trial, so a set takes as many steps as it has batches; --steps
// gives all sets the same. What is measured are the final weights: published codes that print the
// best epoch on the test rows, or keep the pictures that were best there, are not comparable.
//
// A network whose loss is no longer finite counts as guessing, one over the number of classes, and
// is named in a warning.
//
// A unit of work is a picture that is learnt from; test pictures, forward alone, count a third.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <fmt/ranges.h>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <ranges>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/judges/picture_tables.h"
#include "decant/train/diverged.h"

namespace decant::evaluate {
namespace {

constexpr int kPlainEpochs = 300;
constexpr int kAugmentedEpochs = 1000;
constexpr int64_t kTimedSteps = 8;
constexpr double kForwardShare = 1.0 / 3;

enum class Column { plain, dsa, own };
constexpr std::array kColumns = {Column::plain, Column::dsa, Column::own};
constexpr std::array kColumnNames = {"plain", "dsa", "own"};
constexpr const char* kAllColumns = "plain,dsa,own";

const char* column_name(Column column) {
  return kColumnNames[static_cast<size_t>(column)];
}

Metric column_metric(Column column) {
  constexpr std::array kNames = {"top-1", "top-1 dsa", "top-1 own"};
  constexpr std::array kTitles = {"accuracy, plain", "accuracy, DSA", "accuracy, as the set asks"};
  Metric metric = top_1();
  metric.name = kNames[static_cast<size_t>(column)];
  metric.title = kTitles[static_cast<size_t>(column)];
  return metric;
}

/// In their own order, whatever that of the names.
std::vector<Column> columns_named(const std::string& text) {
  const std::vector<std::string> names = split_list(text);
  for (const std::string& name : names) {
    if (std::ranges::find(kColumnNames, name) == kColumnNames.end())
      throw UsageError(fmt::format("unknown column '{}'; choose from {}", name, fmt::join(kColumnNames, ", ")));
  }
  std::vector<Column> chosen;
  std::ranges::copy_if(kColumns, std::back_inserter(chosen),
                       [&](Column column) { return std::ranges::find(names, column_name(column)) != names.end(); });
  if (chosen.empty()) throw UsageError(fmt::format("--columns names none; choose from {}", fmt::join(kColumnNames, ", ")));
  return chosen;
}

/// `convnet` without a depth is as deep as the field has it: its maps end at 4×4.
std::string by_resolution(const std::string& net, ImageSize size) {
  const bool depth_is_open = (net == "convnet" || net.starts_with("convnet+")) && net.find("+depth=") == std::string::npos;
  if (!depth_is_open || size.width <= 32) return net;
  return fmt::format("{}+depth={}", net, std::bit_width(static_cast<unsigned>(size.width)) - 3);
}

class DistillationJudge final : public Judge {
 public:
  explicit DistillationJudge(const Tools& tools) : tools_(tools) {}

  const Modality& modality() const override { return modality::pictures; }
  std::vector<Metric> metrics() const override {
    std::vector<Metric> metrics;
    for (const Column column : columns_) metrics.push_back(column_metric(column));
    return metrics;
  }
  bool heeds_sets() const override { return true; }
  bool equal_classes() const override { return true; }  // "pictures per class" is how the field counts

  void declare(OptionTable& table) override {
    OptionTable own;
    options_.declare(own);
    for (Option option : own.options()) {
      if (option.name == "net" || option.name == "seed" || option.name == kSoftLabelsOption) continue;
      if (option.name == "steps")
        option.set = [this, parse = option.set](const std::string& text) {
          parse(text);
          options_.epochs = 0;
          by_steps_ = true;
        };
      table.add(std::move(option));
    }
    Option& columns = table.add("columns", columns_text_, "NAMES", "of protocol distillation: plain, dsa, own, between commas");
    columns.set = [this, parse = columns.set](const std::string& text) {
      columns_ = columns_named(text);
      parse(text);
    };
  }

  void check(const std::set<std::string>& given) const override {
    if (given.contains("steps") && given.contains("epochs"))
      throw UsageError("--steps and --epochs both say how long to train; give one of the two");
    train::check(options_);
  }

  void settle(const Data& data, const Context& context) override {
    classes_ = data.classes;
    test_rows_ = data.test_rows;
    pictures_.settle(data, options_.image_size, context);
  }

  std::string in_words() const override {
    const train::TrainOptions& t = options_;
    const std::string length = by_steps_ ? fmt::format("{} steps", human_count(t.steps))
                               : t.epochs > 0
                                   ? fmt::format("{} epochs of each set", human_count(t.epochs))
                                   : fmt::format("{} epochs of each set, {} with DSA", kPlainEpochs, human_count(kAugmentedEpochs));
    return fmt::format("{}, batches of {} at most, {} {} with rate {} ({}), weight decay {}{}, DSA {}{}, final weights", length, t.batch,
                       t.optimizer, t.momentum, t.learning_rate, t.schedule, t.weight_decay, t.decay_all ? " on everything" : "",
                       augmented().augment, t.flip ? "" : " without flip");
  }

  std::string identity(const std::string& net) const override {
    const auto key = [&](train::TrainOptions options) {
      options.net = by_resolution(net, pictures_.size());
      options.image_size = 0;  // "size" says it
      return result_key(options);
    };
    Json all = {{"judge", "distillation"},
                {"plain", key(plain())},
                {"augmented", key(augmented())},
                {"classes", classes_},
                {"size", pictures_.size_json()}};
    if (columns_.size() < kColumns.size())
      all["columns"] = fmt::format("{}", fmt::join(columns_ | std::views::transform(column_name), ","));
    return json_text(all);
  }

  std::string numerics() const override { return tools_.numerics(options_.device); }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    pictures_.prepare(wanted, test, context);
  }

  Result judge(const Case& one, const Context& context) const override {
    Result result;
    std::map<std::string, double> known;  // a set may ask for what is usual
    for (const Column column : columns_) {
      const std::optional<train::TrainOptions> options = options_of(column, one.training);
      if (!options) {
        result.values.push_back(std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const auto [place, is_new] = known.try_emplace(result_key(*options));
      if (is_new) {
        const train::TrainResult trained = trained_or_guessing(one, *options, context);
        place->second = trained.value;
        result.seconds += trained.seconds;
        if (result.steps == 0) result.steps = trained.steps;
      }
      result.values.push_back(place->second);
    }
    return result;
  }

  int picture_side() const override { return pictures_.side(); }
  bool side_by_side() const override { return options_.device == "cpu"; }

  /// As if the set asked for nothing.
  double work(int64_t rows) const override {
    double pictures = 0;
    for (const Column column : columns_) {
      const std::optional<train::TrainOptions> options = options_of(column, {});
      if (!options) continue;
      pictures += kForwardShare * static_cast<double>(test_rows_);
      pictures += static_cast<double>(train::steps_of(*options, rows)) * train::batch_of(*options, rows);
    }
    return pictures;
  }
  std::string pace_key(const std::string& net) const override {
    return json_text({{"judge", "distillation"}, {"net", net}, {"size", pictures_.size_json()}, {"classes", classes_}});
  }
  double timing_work() const override { return static_cast<double>(2 * kTimedSteps * options_.batch); }

  double time(const Case& one, int workers, double, const Context& context) const override {
    train::TrainOptions options = plain();
    options.epochs = 0;
    options.steps = kTimedSteps;
    Case untested = one;
    untested.test = nullptr;
    const auto table = pictures_.make(*one.rows, one.subset, context);
    if (!side_by_side()) trained(untested, options, table, context);  // starts the device
    std::vector<double> each(static_cast<size_t>(workers));
    parallel_for({.threads = workers, .cancel = context.cancel}, workers, 1, [&](int64_t worker, int64_t) {
      const Context own{.threads = side_by_side() ? 1 : context.threads, .cancel = context.cancel};
      each[static_cast<size_t>(worker)] = trained(untested, options, table, own).seconds;
    });
    const double pictures = static_cast<double>(kTimedSteps) * train::batch_of(options, std::ssize(one.subset));
    double seconds = 0;
    for (const double one_of : each) seconds += one_of / workers;
    return seconds / pictures;
  }

 private:
  /// How long a column's training is, where nothing was given.
  train::TrainOptions lasting(train::TrainOptions options, int epochs) const {
    if (!by_steps_ && options.epochs == 0) options.epochs = epochs;
    return options;
  }

  /// Nothing: the set has no such number.
  std::optional<train::TrainOptions> options_of(Column column, const Training& training) const {
    switch (column) {
      case Column::plain:
        return plain();
      case Column::dsa:
        return augmented();
      case Column::own:
        break;
    }
    return training.empty() ? std::nullopt : std::optional(asked(training));
  }

  train::TrainOptions plain() const {
    train::TrainOptions options = lasting(options_, kPlainEpochs);
    options.augment = "none";
    return options;
  }

  train::TrainOptions augmented() const {
    train::TrainOptions options = lasting(options_, kAugmentedEpochs);
    if (!train::siamese_of(options)) options.augment = "dsa";
    return options;
  }

  train::TrainOptions asked(const Training& training) const {
    train::TrainOptions options = augmented();
    if (training.contains("steps")) options.epochs = 0;
    OptionTable table;
    options.declare(table);
    for (const auto& [name, text] : training) {
      if (Option* const option = table.find(name); option != nullptr && name != "net") option->set(text);
    }
    return options;
  }

  /// Pictures on which a network fails teach it nothing: that is a result, and no reason to stop
  /// before all others are known.
  train::TrainResult trained_or_guessing(const Case& one, const train::TrainOptions& options, const Context& context) const {
    try {
      return trained(one, options, context);
    } catch (const train::Diverged& fault) {
      context.warn(fmt::format("{} trained on {} rows, seed {}, counts as guessing: at step {} its loss is {} (learning rate {:.3g})",
                               one.net, human_count(std::ssize(one.subset)), one.seed, fault.step, fault.loss, fault.rate));
      return {.value = 1.0 / classes_, .steps = fault.step};
    }
  }

  train::TrainResult trained(const Case& one, const train::TrainOptions& options, const Context& context) const {
    return trained(one, options, pictures_.of(one.rows), context);
  }

  train::TrainResult trained(const Case& one, train::TrainOptions options, const PictureTables::Table& table,
                             const Context& context) const {
    options.net = by_resolution(one.net, pictures_.size());
    options.seed = one.seed;
    options.device = options_.device;
    return tools_.train({.options = options,
                         .rows = one.rows,
                         .subset = one.subset,
                         .classes = classes_,
                         .test = one.test,
                         .table = table,
                         .test_table = one.test != nullptr ? pictures_.test() : nullptr},
                        context);
  }

  Tools tools_;
  train::TrainOptions options_;
  bool by_steps_ = false;
  std::string columns_text_ = kAllColumns;
  std::vector<Column> columns_ = columns_named(kAllColumns);
  int classes_ = 0;
  int64_t test_rows_ = 0;
  PictureTables pictures_;
};

}  // namespace

std::unique_ptr<Judge> make_distillation(const Tools& tools) {
  return std::make_unique<DistillationJudge>(tools);
}

}  // namespace decant::evaluate
