#include "decant/evaluate/evaluate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/options.h"
#include "decant/base/parallel.h"
#include "decant/base/statistics.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {
namespace {

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

/// The pictures of every run, decoded once: all arms see the same size and channels, those of the first arm.
struct Pictures {
  std::map<const Rows*, Table> of;
  Table test;
};

Pictures decode(const std::vector<Arm>& arms, const Rows& test, const train::TrainOptions& training, const Context& context) {
  const ImageSize size = loader::training_size(*arms.front().rows, arms.front().reach, training.image_size, context);
  Pictures pictures;
  for (const Arm& arm : arms) {
    Subset reach;
    for (const Arm& other : arms) {
      Subset both;
      if (other.rows == arm.rows)
        std::set_union(reach.begin(), reach.end(), other.reach.begin(), other.reach.end(), std::back_inserter(both));
      if (other.rows == arm.rows) reach = std::move(both);
    }
    Table& table = pictures.of[arm.rows];
    if (table == nullptr) table = std::make_shared<loader::ImageTable>(*arm.rows, reach, size, training.cache_bytes, context);
  }
  Subset every(static_cast<size_t>(test.size()));
  std::iota(every.begin(), every.end(), int64_t{0});
  pictures.test = std::make_shared<loader::ImageTable>(test, every, size, training.cache_bytes, context);
  return pictures;
}

struct Run {
  size_t cell;
  size_t seed;
  const Arm* arm;
  std::string net;
};

std::string protocol_line(const Options& options) {
  const train::TrainOptions& t = options.training;
  return fmt::format(
      "{} steps of batch {}, {} with peak rate {} ({} to zero, {:.0f} % warm-up), weight decay {}, label smoothing {}, "
      "crop {}{}, final weights, {} seed{}",
      human_count(t.steps), t.batch, t.optimizer, t.learning_rate, t.schedule, 100 * t.warmup, t.weight_decay, t.label_smoothing, t.crop,
      t.flip ? " and flip" : "", options.seeds, options.seeds == 1 ? "" : "s");
}

train::TrainResult run_one(const Run& run, const Subset& subset, const Pictures& pictures, int classes, const Options& options,
                           const Trainer& trainer, const Context& context) {
  train::TrainJob job;
  job.options = options.training;
  job.options.net = run.net;
  job.options.seed = options.training.seed + run.seed;
  job.rows = run.arm->rows;
  job.subset = subset;
  job.classes = classes;
  job.test = &pictures.test->rows();
  job.table = pictures.of.at(run.arm->rows);
  job.test_table = pictures.test;
  return trainer(job, context);
}

}  // namespace

const Cell* Evidence::find(std::string_view net, std::string_view set) const {
  for (const Cell& cell : cells) {
    if (cell.net == net && cell.set == set) return &cell;
  }
  return nullptr;
}

Evidence evaluate(const std::vector<Arm>& arms, const Rows& test, int classes, const Options& options, const Trainer& trainer,
                  const Context& context) {
  if (options.seeds < 1) throw UsageError("--seeds must be at least 1");
  if (options.nets.empty()) throw UsageError("--nets names no network");
  Evidence evidence{protocol_line(options), test.size(), {}};
  std::vector<Run> runs;
  for (const std::string& net : options.nets) {
    for (const Arm& arm : arms) {
      for (size_t seed = 0; seed < static_cast<size_t>(options.seeds); ++seed) runs.push_back({evidence.cells.size(), seed, &arm, net});
      evidence.cells.push_back({net, arm.name, 0, std::vector<double>(static_cast<size_t>(options.seeds))});
    }
  }

  const Pictures pictures = decode(arms, test, options.training, context);
  Stage stage(context, "training", static_cast<int64_t>(runs.size()) * options.training.steps, "steps");
  const bool side_by_side = options.training.device == "cpu";
  std::mutex mutex;
  parallel_for({.threads = side_by_side ? context.thread_count() : 1, .cancel = context.cancel}, static_cast<int64_t>(runs.size()), 1,
               [&](int64_t begin, int64_t) {
                 const Run& run = runs[static_cast<size_t>(begin)];
                 Forwarder forwarder(stage);
                 const Context each{
                     .threads = side_by_side ? 1 : context.threads, .progress = &forwarder, .log = context.log, .cancel = context.cancel};
                 const Subset subset = run.arm->subset(options.training.seed + run.seed);
                 const train::TrainResult result = run_one(run, subset, pictures, classes, options, trainer, each);
                 const std::lock_guard lock(mutex);
                 Cell& cell = evidence.cells[run.cell];
                 cell.rows = static_cast<int64_t>(subset.size());
                 cell.accuracy[run.seed] = result.accuracy;
                 cell.steps = result.steps;
                 cell.seconds += result.seconds;
               });

  for (Cell& cell : evidence.cells) {
    const Estimate mean = estimate(cell.accuracy);
    cell.mean = mean.mean;
    cell.ci95 = mean.half_width;
  }
  return evidence;
}

Json to_json(const Cell& cell) {
  return {{"net", cell.net},           {"set", cell.set},        {"rows", cell.rows},
          {"accuracy", cell.accuracy}, {"mean", cell.mean},      {"ci95", std::isfinite(cell.ci95) ? Json(cell.ci95) : Json()},
          {"steps", cell.steps},       {"seconds", cell.seconds}};
}

Json to_json(const Evidence& evidence) {
  Json results = Json::array();
  for (const Cell& cell : evidence.cells) results.push_back(to_json(cell));
  return {{"protocol", evidence.protocol}, {"test_rows", evidence.test_rows}, {"results", results}};
}

namespace {

std::string against(const Cell& small, const Cell& other, std::string_view what) {
  const Estimate gap = difference(small.accuracy, other.accuracy);
  const double points = 100 * gap.mean;
  if (!std::isfinite(gap.half_width)) return fmt::format("{:+.1f} points against {} (one seed: no interval)", points, what);
  const double width = 100 * gap.half_width;
  const char* reading = std::abs(points) <= width ? ", no difference shown" : "";
  return fmt::format("{:+.1f} ± {:.1f} points against {}{}", points, width, what, reading);
}

}  // namespace

std::vector<std::string> verdicts(const Evidence& evidence) {
  std::vector<std::string> sentences;
  for (const Cell& small : evidence.cells) {
    if (small.set != "small") continue;
    std::string sentence = fmt::format("{}: the small set reaches {:.1f} %", small.net, 100 * small.mean);
    if (const Cell* random = evidence.find(small.net, "random"))
      sentence += ", " + against(small, *random, "random rows of the same number");
    if (const Cell* full = evidence.find(small.net, "full")) sentence += ", " + against(small, *full, "the full set");
    sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace decant::evaluate
