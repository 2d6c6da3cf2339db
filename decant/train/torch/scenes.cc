#include "decant/train/scenes.h"

#include <c10/core/GradMode.h>
#include <mutex>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/stopwatch.h"
#include "decant/nn/device.h"
#include "decant/nn/scene_network.h"
#include "decant/nn/tensor_memory.h"
#include "decant/nn/weights.h"
#include "decant/train/pixel_statistics.h"
#include "decant/train/schedule.h"
#include "decant/train/torch/frozen_levels.h"
#include "decant/train/torch/scene_task.h"
#include "decant/train/torch/steps.h"
#include "decant/train/torch/updates.h"

namespace decant::train {
namespace {

constexpr int kSceneTestBatch = 8;

nn::PixelStatistics pixels_of(const SceneJob& job) {
  nn::PixelSums sums(3);
  loader::Scene scratch;
  for (const int64_t row : job.subset) sums.add(job.table->scene(row, scratch).pixels);
  return sums.statistics();
}

loader::Normalisation normalisation_for(const SceneJob& job) {
  std::optional<nn::PixelStatistics> pixels = pixel_statistics_from(job.options.normalise);
  if (!pixels) pixels = job.options.backbone.empty() ? pixels_of(job) : nn::imagenet_statistics(3);
  if (pixels->channels == 1) {
    pixels->mean.fill(pixels->mean[0]);
    pixels->deviation.fill(pixels->deviation[0]);
  }
  return loader::normalisation_of(pixels->mean, pixels->deviation);
}

class SceneTraining {
 public:
  SceneTraining(const SceneJob& job, const nn::SceneNetwork& network)
      : job_(job),
        network_(network),
        device_(nn::device_named(job.options.device)),
        normalisation_(normalisation_for(job)),
        task_(scene_task_for(network.head().learns(), {job.table->frame(), network.head().stride(), job.classes, device_})) {
    const SceneOptions& options = job.options;
    const std::string& net = network.backbone().spec().name;
    if (!options.backbone.empty() && !options.tune)
      frozen_.emplace(FrozenBackbone{net, options.backbone, network.head().reads(), normalisation_, device_},
                      nn::network_of_weights(net, job.table->frame(), options.backbone));
    nn::State first = nn::initial_state(trained(), Random(options.seed, "weights"));
    if (!options.backbone.empty() && options.tune) network.take_backbone(load_backbone(net, options.backbone), first);
    const bool bfloat16 = in_bfloat16(options.precision, device_);
    updates_.emplace(trained(), first, device_, UpdateOptions{options.weight_decay, options.clip, bfloat16});
  }

  /// What is trained: all of the network, or what stands on a given backbone.
  const nn::Module& trained() const { return frozen_ ? static_cast<const nn::Module&>(network_.head()) : network_; }
  const nn::State& state() const { return updates_->state(); }

  std::vector<float> run(const Context& context) {
    const SceneOptions& options = job_.options;
    const auto warmup = static_cast<int64_t>(options.warmup * static_cast<double>(options.steps));
    const Schedule schedule{Decay::linear, options.learning_rate, options.steps, std::min(warmup, options.steps - 1)};
    loader::SceneBatches batches(*job_.table, job_.subset,
                                 {.batch = options.batch,
                                  .samples = options.steps * options.batch,
                                  .shuffle = true,
                                  .seed = options.seed,
                                  .augmentation = {.crop = options.crop, .flip = options.flip},
                                  .normalisation = normalisation_,
                                  .pixels = needs_pixels(*job_.table, options.flip),
                                  .workers = job_.table->kept() ? 1 : context.thread_count()},
                                 context);
    LossLog log(losses_per_reading(device_));
    Stage stage(context, "train", options.steps, "steps");
    for (int64_t step = 0; step < options.steps; ++step) {
      context.check_cancelled();
      const loader::SceneBatch& batch = *batches.next();
      const at::Tensor outputs = outputs_of(updates_->training(), *job_.table, batch, options.flip, context);
      const at::Tensor loss = task_->loss(outputs, task_->targets(batch));
      updates_->step(loss, schedule.at(step));
      log.add(loss.detach(), schedule.at(step));
      stage.advance();
    }
    log.read();
    return log.losses();
  }

  std::vector<double> test(const Context& context) {
    const c10::NoGradGuard no_grad;
    const loader::SceneTable& table = *job_.test;
    const auto meter = task_->meter(table);
    loader::SceneBatches batches(table, table.chosen(),
                                 {.batch = kSceneTestBatch,
                                  .samples = std::ssize(table.chosen()),
                                  .normalisation = normalisation_,
                                  .pixels = needs_pixels(table, false),
                                  .workers = table.kept() ? 1 : context.thread_count()},
                                 context);
    Stage stage(context, "test", std::ssize(table.chosen()), "images");
    while (const loader::SceneBatch* batch = batches.next()) {
      meter->add(outputs_of(updates_->evaluation(), table, *batch, false, context), batch->rows);
      stage.advance(batch->count);
    }
    return meter->values(context);
  }

 private:
  nn::State load_backbone(const std::string& net, const std::filesystem::path& weights) const {
    return nn::load_weights(*nn::network_of_weights(net, job_.table->frame(), weights), weights);
  }

  bool needs_pixels(const loader::SceneTable& table, bool mirrored) const { return !frozen_ || !frozen_->keeps(table, mirrored); }

  /// In float32, whatever the precision.
  at::Tensor outputs_of(const nn::Pass& pass, const loader::SceneTable& table, const loader::SceneBatch& batch, bool mirrored,
                        const Context& context) {
    const at::Tensor outputs = frozen_ ? network_.head().forward(pass, frozen_->of(table, batch, mirrored, context))
                                       : network_.forward(pass, images_of(batch, table.frame(), device_));
    return outputs.to(at::kFloat);
  }

  const SceneJob& job_;
  const nn::SceneNetwork& network_;
  c10::Device device_;
  loader::Normalisation normalisation_;
  std::unique_ptr<SceneTask> task_;
  std::optional<FrozenLevels> frozen_;
  std::optional<Updates> updates_;
};

/// Rows of that kind, with something to learn in those that are trained on.
void require_taught(const SceneJob& job, CountedIn learns) {
  const char* const what = learns == CountedIn::objects ? "objects" : "masks";
  const Targets* const targets = job.table->rows().targets();
  if (targets == nullptr || targets->counted_in() != learns)
    throw InputError({"", "", fmt::format("the net '{}' learns {}, and these rows hold none", job.options.net, what),
                      "Use centre for sets with boxes, pyramid for sets with masks"});
  std::vector<ClassCount> counts;
  for (const int64_t row : job.subset) {
    targets->counts(row, counts);
    if (!counts.empty()) return;
  }
  throw InputError({"", "", fmt::format("none of the {} training pictures holds {}", job.subset.size(), what), "Keep some that do"});
}

}  // namespace

std::optional<CountedIn> learnt_by(const std::string& net) {
  if (!nn::is_scene_network(net)) return std::nullopt;
  constexpr ImageSize kAnySize{64, 64, 3};
  return nn::make_scene_network({net, kAnySize, 1})->head().learns();
}

SceneResult train_scenes(const SceneJob& job, const Context& context) {
  const Stopwatch watch;
  check(job.options);
  DECANT_CHECK(job.table != nullptr, ==, true);
  DECANT_CHECK(job.subset.empty(), ==, false);
  const nn::ThreadCount threads(context.thread_count());
  const nn::MemoryReuse memory;
  const auto network = nn::make_scene_network({job.options.net, job.table->frame(), job.classes});
  require_taught(job, network->head().learns());
  SceneTraining training(job, *network);
  SceneResult result{.steps = job.options.steps};
  result.final_loss = mean_of_last_tenth(training.run(context));
  if (!job.save_weights.empty()) nn::save_weights(training.trained(), training.state(), job.save_weights);
  if (job.test != nullptr) result.values = training.test(context);
  result.seconds = watch.seconds();
  return result;
}

}  // namespace decant::train
