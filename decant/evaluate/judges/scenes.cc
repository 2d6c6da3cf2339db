#include "decant/evaluate/judges/scenes.h"

#include <map>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {
namespace {

constexpr int64_t kSceneStepsTimed = 4;
constexpr double kSceneTestShare = 1.0 / 3;

class SceneJudge final : public Judge {
 public:
  SceneJudge(SceneJudgeSpec spec, const Tools& tools) : spec_(std::move(spec)), tools_(tools) { options_.net = spec_.net; }

  const Modality& modality() const override { return modality::pictures; }
  std::vector<Metric> metrics() const override { return train::scene_metrics(spec_.taught, class_names_); }
  std::optional<CountedIn> needs() const override { return spec_.taught; }
  std::vector<std::string> nets() const override { return {spec_.net}; }

  void declare(OptionTable& table) override {
    OptionTable own;
    options_.declare(own);
    for (const Option& option : own.options()) {
      if (option.name != "net" && option.name != "seed") table.add(option);  // of a case
    }
  }

  void check(const std::set<std::string>&) const override { train::check(options_); }

  void settle(const Data& data, const Context& context) override {
    class_names_.assign(data.class_names.begin(), data.class_names.end());
    classes_ = data.classes;
    test_rows_ = data.test_rows;
    if (!data.some.empty()) frame_ = loader::frame_for(*data.rows, data.some, options_.image_size, options_.stretch, context);
    if (!options_.backbone.empty()) backbone_ = Digest().add(MappedFile(options_.backbone).bytes()).hex();
  }

  std::string in_words() const override {
    return fmt::format(
        "{} steps of batch {} in a frame of {} × {}{}, AdamW with peak rate {} (linear to zero, {:.0f} % warm-up), weight decay {}, {}{}",
        human_count(options_.steps), options_.batch, frame_.size.width, frame_.size.height, frame_.stretched ? " that they fill" : "",
        options_.learning_rate, 100 * options_.warmup, options_.weight_decay, options_.flip ? "mirrored at random, " : "", begun_from());
  }

  std::string identity(const std::string& net) const override {
    train::SceneOptions options = options_of(net, 0);
    options.backbone.clear();  // its bytes say it
    return json_text({{"judge", spec_.judge},
                      {"options", result_key(options)},
                      {"backbone", backbone_},
                      {"classes", classes_},
                      {"frame", {frame_.size.width, frame_.size.height}}});
  }
  std::string numerics() const override { return tools_.numerics(options_.device); }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) override {
    for (const Wanted& some : wanted) tables_[some.rows] = table_of(*some.rows, some.subset.rows(), context);
    test_ = table_of(test, Subset::all(test.size()).rows(), context);
  }

  Result judge(const Case& one, const Context& context) const override {
    train::SceneJob job = job_of(one, tables_.at(one.rows));
    if (one.test != nullptr) job.test = test_;
    const train::SceneResult made = tools_.train_scenes(job, context);
    return {made.values, made.steps, made.seconds};
  }

  bool side_by_side() const override { return options_.device == "cpu"; }
  int64_t steps() const override { return options_.steps; }

  double work(int64_t) const override {
    return static_cast<double>(options_.steps) + kSceneTestShare * static_cast<double>(test_rows_) / options_.batch;
  }
  std::string pace_key(const std::string& net) const override {
    return json_text({{"judge", spec_.judge},
                      {"net", net},
                      {"frozen", !options_.backbone.empty() && !options_.tune},
                      {"batch", options_.batch},
                      {"frame", {frame_.size.width, frame_.size.height}},
                      {"classes", classes_}});
  }
  double timing_work() const override { return static_cast<double>(2 * kSceneStepsTimed); }
  double time(const Case& one, int, double, const Context& context) const override {
    const Subset rows = some_of(one.subset, static_cast<size_t>(kSceneStepsTimed * options_.batch));
    train::SceneJob job = job_of(one, table_of(*one.rows, rows.rows(), context));
    job.subset = rows.rows();
    const auto seconds = [&](int64_t steps) {
      job.options.steps = steps;
      return tools_.train_scenes(job, context).seconds;
    };
    seconds(1);  // the first is slower, and runs the backbone
    return seconds(kSceneStepsTimed) / static_cast<double>(kSceneStepsTimed);
  }

 private:
  using Table = std::shared_ptr<const loader::SceneTable>;

  Table table_of(const Rows& rows, std::span<const int64_t> chosen, const Context& context) const {
    return std::make_shared<loader::SceneTable>(rows, chosen, frame_, loader::kKeptBytes, context);
  }

  std::string begun_from() const {
    if (options_.backbone.empty()) return "from scratch, final weights";
    const std::string file = options_.backbone.filename().string();
    return options_.tune ? fmt::format("from the backbone in {} on, final weights", file)
                         : fmt::format("on a backbone that stays as it is ({}), final weights", file);
  }

  train::SceneOptions options_of(const std::string& net, uint64_t seed) const {
    train::SceneOptions options = options_;
    options.net = net;
    options.seed = seed;
    return options;
  }

  train::SceneJob job_of(const Case& one, Table table) const {
    return {
        .options = options_of(one.net, one.seed), .subset = one.subset, .classes = classes_, .table = std::move(table), .test = nullptr};
  }

  SceneJudgeSpec spec_;
  Tools tools_;
  train::SceneOptions options_;
  std::vector<std::string> class_names_;
  int classes_ = 0;
  int64_t test_rows_ = 0;
  loader::Frame frame_;
  std::string backbone_;  ///< digest of its weights
  std::map<const Rows*, Table> tables_;
  Table test_;
};

}  // namespace

std::unique_ptr<Judge> make_scene_judge(SceneJudgeSpec spec, const Tools& tools) {
  return std::make_unique<SceneJudge>(std::move(spec), tools);
}

}  // namespace decant::evaluate
