// What networks that were first trained on a set make of other tasks: on the rows on trial a
// classifier is trained, and from its backbone on, on all rows of each set that --then names, a
// detector or a segmenter. So Dataset Quantization asks of COCO and ADE20K what backbones are worth
// that saw a part of ImageNet (D. Zhou et al., ICCV 2023, arXiv:2308.10524, section 4).
//
// Pixels are shifted and scaled alike in both trainings. Seed s of every set shares the
// classifier's first weights, those of the head that is put on its backbone, and both orders. The
// first number is that of the first set of --then: AP, or mean IoU; the last is the classifier's
// own accuracy.
//
// A unit of work is a million pixels that are learnt from; those tested on count a third.
#include <algorithm>
#include <filesystem>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/temporary_folder.h"
#include "decant/base/text.h"
#include "decant/evaluate/judges/list.h"
#include "decant/evaluate/judges/picture_tables.h"

namespace decant::evaluate {
namespace {

constexpr const char* kThenPrefix = "then-";
/// Options of the second training that follow from the case and from the first.
constexpr std::string_view kOfBoth[] = {"net", "backbone", "tune", "normalise", "seed", "device"};
constexpr const char* kImagenetPixels = "0.485,0.456,0.406/0.229,0.224,0.225";
constexpr int64_t kTransferStepsTimed = 4;
constexpr double kTransferTestShare = 1.0 / 3;
constexpr double kMillionPixels = 1e6;

class TransferJudge final : public Judge {
 public:
  explicit TransferJudge(const Tools& tools) : tools_(tools) { first_.normalise = kImagenetPixels; }

  const Modality& modality() const override { return modality::pictures; }

  std::vector<Metric> metrics() const override {
    std::vector<Metric> metrics;
    for (const Task& task : tasks_) {
      Metric metric = train::scene_metrics(task.taught(), {}).front();
      metric.name += " on " + task.set.name;
      metric.title += " on " + task.set.name;
      metrics.push_back(metric);
    }
    metrics.push_back(top_1());
    return metrics;
  }

  void declare(OptionTable& table) override {
    table.add("then", then_, "SETS", "transfer: the sets, between commas, that detectors or segmenters are trained on from each backbone");
    OptionTable own;
    first_.declare(own);
    for (Option option : own.options()) {
      if (option.name == "net" || option.name == "seed") continue;  // of a case
      if (option.name == "steps")
        option.set = [this, parse = option.set](const std::string& text) {
          parse(text);
          first_.epochs = 0;
        };
      table.add(std::move(option));
    }
    OptionTable later;
    second_.declare(later);
    for (Option option : later.options()) {
      if (std::ranges::count(kOfBoth, option.name) > 0) continue;
      option.name.insert(0, kThenPrefix);
      option.help.insert(0, "transfer: of the second training, ");
      table.add(std::move(option));
    }
  }

  void check(const std::set<std::string>& given) const override {
    if (then_.empty()) throw UsageError("--protocol transfer needs --then SET: what networks are trained on next");
    if (given.contains("steps") && given.contains("epochs"))
      throw UsageError("--steps and --epochs both say how long to train; give one of the two");
    train::check(first_);
    train::SceneOptions second = second_;
    second.crop = 0;  // which a backbone that is trained as well allows
    train::check(second);
  }

  void settle(const Data& data, const Context& context) override {
    first_.steps = train::steps_of(first_, data.trainable);
    first_.epochs = 0;
    classes_ = data.classes;
    test_rows_ = data.test_rows;
    pictures_.settle(data, first_.image_size, context);
    if (pictures_.size().channels == 1)
      throw InputError({"", "--protocol transfer", "these pictures are grey, and detectors and segmenters see three channels",
                        "Judge a set of colour pictures"});
    for (const std::string& path : split_list(then_)) {
      Task task{.set = tools_.open_scenes(path, context)};
      task.frame = loader::frame_for(*task.set.rows, task.set.usable, second_.image_size, second_.stretch, context);
      for (const Task& other : tasks_) {
        if (other.set.name == task.set.name) throw UsageError(fmt::format("--then names '{}' twice", task.set.name));
      }
      tasks_.push_back(std::move(task));
    }
  }

  std::string in_words() const override {
    return fmt::format("a classifier, {} steps of batch {}; from its backbone on, {} steps of batch {} on all rows of {}, final weights",
                       human_count(first_.steps), first_.batch, human_count(second_.steps), second_.batch, then_);
  }

  std::string identity(const std::string& net) const override {
    train::TrainOptions first = first_of(net, 0);
    first.image_size = 0;  // "size" says it
    Json tasks = Json::array();
    for (const Task& task : tasks_) {
      tools_.learnt_by(scene_net(task, net));  // refuses a net without a backbone before anything is trained
      tasks.push_back(
          {{"set", task.set.digest}, {"classes", task.set.classes}, {"frame", {task.frame.size.width, task.frame.size.height}}});
    }
    train::SceneOptions second = second_;
    second.net = net;
    return json_text({{"judge", "transfer"},
                      {"options", result_key(first)},
                      {"classes", classes_},
                      {"size", pictures_.size_json()},
                      {"then", result_key(second)},
                      {"tasks", tasks}});
  }

  std::string numerics() const override { return tools_.numerics(first_.device); }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    pictures_.prepare(wanted, test, context);
    for (Task& task : tasks_) {
      task.table = scenes_of(task, *task.set.rows, task.set.usable, context);
      task.test = scenes_of(task, *task.set.test, Subset::all(task.set.test->size()), context);
    }
  }

  Result judge(const Case& one, const Context& context) const override {
    train::TrainJob job = first_job(one, one.subset, pictures_.of(one.rows));
    job.test = one.test;
    job.test_table = pictures_.test();
    return both(
        one, job,
        [this](const Task& task) {
          return Training{task.table, task.set.usable, second_.steps};
        },
        context);
  }

  int picture_side() const override { return pictures_.side(); }
  bool side_by_side() const override { return first_.device == "cpu"; }
  int64_t steps() const override { return first_.steps + std::ssize(tasks_) * second_.steps; }

  double work(int64_t) const override {
    double pixels = pixels_of(first_.steps * first_.batch, pictures_.size()) + kTransferTestShare * pixels_of(test_rows_, pictures_.size());
    for (const Task& task : tasks_)
      pixels += pixels_of(second_.steps * second_.batch, task.frame.size) +
                kTransferTestShare * pixels_of(task.set.test->size(), task.frame.size);
    return pixels / kMillionPixels;
  }
  std::string pace_key(const std::string& net) const override {
    return json_text({{"judge", "transfer"}, {"net", net}, {"batches", {first_.batch, second_.batch}}, {"size", pictures_.size_json()}});
  }
  double timing_work() const override {
    double pixels = pixels_of(kTransferStepsTimed * first_.batch, pictures_.size());
    for (const Task& task : tasks_) pixels += pixels_of(kTransferStepsTimed * second_.batch, task.frame.size);
    return pixels / kMillionPixels;
  }

  double time(const Case& one, int, double, const Context& context) const override {
    const Subset rows = some_of(one.subset, static_cast<size_t>(kTransferStepsTimed * first_.batch));
    train::TrainJob job = first_job(one, rows, pictures_.make(*one.rows, rows, context));
    job.options.steps = kTransferStepsTimed;
    const auto shortly = [&](const Task& task) {
      const Subset some = some_of(task.set.usable.rows(), static_cast<size_t>(kTransferStepsTimed * second_.batch));
      return Training{scenes_of(task, *task.set.rows, some, context), some, kTransferStepsTimed};
    };
    return both(one, job, shortly, context).seconds / timing_work();
  }

 private:
  using Table = std::shared_ptr<const loader::SceneTable>;

  /// What the backbone is trained on next.
  struct Task {
    SceneSet set;
    loader::Frame frame;
    Table table = nullptr, test = nullptr;
    CountedIn taught() const { return *set.rows->taught(); }
  };

  struct Training {
    Table table;
    Subset rows;
    int64_t steps = 0;
  };

  static double pixels_of(int64_t pictures, ImageSize size) {
    return static_cast<double>(pictures) * static_cast<double>(size.width) * static_cast<double>(size.height);
  }

  static std::string scene_net(const Task& task, const std::string& backbone) {
    return fmt::format("{}+backbone={}", task.taught() == CountedIn::objects ? "centre" : "pyramid", backbone);
  }

  static Table scenes_of(const Task& task, const Rows& rows, const Subset& chosen, const Context& context) {
    return std::make_shared<loader::SceneTable>(rows, chosen.rows(), task.frame, loader::kKeptBytes, context);
  }

  train::TrainOptions first_of(const std::string& net, uint64_t seed) const {
    train::TrainOptions options = first_;
    options.net = net;
    options.seed = seed;
    return options;
  }

  train::TrainJob first_job(const Case& one, std::span<const int64_t> rows, PictureTables::Table table) const {
    return {.options = first_of(one.net, one.seed), .rows = one.rows, .subset = rows, .classes = classes_, .table = std::move(table)};
  }

  /// Trains the classifier, and what follows from it; measures unless one.test is null. `of_task`:
  /// rows and length of the second training.
  template <class OfTask>
  Result both(const Case& one, train::TrainJob first, OfTask of_task, const Context& context) const {
    const TemporaryFolder folder;
    first.save_weights = folder.path() / "backbone.safetensors";
    const train::TrainResult classifier = tools_.train(first, context);
    Result result{{}, classifier.steps, classifier.seconds};
    for (const Task& task : tasks_) {
      const Training training = of_task(task);
      train::SceneOptions options = second_;
      options.net = scene_net(task, one.net);
      options.backbone = first.save_weights;
      options.tune = true;
      options.normalise = first_.normalise;
      options.device = first_.device;
      options.seed = one.seed;
      options.steps = training.steps;
      const train::SceneResult made = tools_.train_scenes({.options = options,
                                                           .subset = training.rows,
                                                           .classes = task.set.classes,
                                                           .table = training.table,
                                                           .test = one.test == nullptr ? nullptr : task.test},
                                                          context);
      result.steps += made.steps;
      result.seconds += made.seconds;
      if (one.test != nullptr) result.values.push_back(made.values.front());
    }
    if (one.test != nullptr) result.values.push_back(classifier.value);
    return result;
  }

  Tools tools_;
  std::string then_;
  train::TrainOptions first_;
  train::SceneOptions second_;
  int classes_ = 0;
  int64_t test_rows_ = 0;
  PictureTables pictures_;
  std::vector<Task> tasks_;
};

}  // namespace

std::unique_ptr<Judge> make_transfer(const Tools& tools) {
  return std::make_unique<TransferJudge>(tools);
}

}  // namespace decant::evaluate
