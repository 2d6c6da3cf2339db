// A distillation from its job to its result.
#include "decant/distill/torch/run.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <optional>
#include <torch/version.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/stopwatch.h"
#include "decant/base/text.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/augmenting.h"
#include "decant/distill/torch/teachers.h"
#include "decant/distill/torch/turns.h"
#include "decant/nn/device.h"
#include "decant/nn/tensor_memory.h"
#include "decant/train/pixel_statistics.h"
#include "decant/train/schedule.h"
#include "decant/train/train.h"

namespace decant::distill {
namespace {

constexpr double kCheckpointSeconds = 10;  // at most: early on half of what the run has taken
constexpr double kPreviewSeconds = 5;
constexpr const char* kCheckpointFile = "state.safetensors";

/// What grey pictures get for "dsa" unless asked: digits, letters and scans are not mirrored.
constexpr const char* kUnmirrored = "color_crop_cutout_scale_rotate";

/// Every option as it counts.
DistillOptions completed(const DistillOptions& asked, const Usual& usual, bool grey) {
  DistillOptions options = asked;
  if (options.init.empty()) options.init = usual.init;
  if (options.labels.empty()) options.labels = usual.labels;
  if (options.augment.empty()) options.augment = grey && usual.augment == "dsa" ? kUnmirrored : usual.augment;
  if (options.real_batch == 0) options.real_batch = usual.real_batch;
  if (options.rate == 0) options.rate = usual.rate;
  if (options.schedule.empty()) options.schedule = usual.schedule;
  if (options.projection.empty()) options.projection = usual.projection;
  return options;
}

void require_sound(const DistillOptions& options, const Usual& usual) {
  if (options.labels != "hard" && options.labels != "soft")
    throw InputError({"", "teach", fmt::format("'{}' is not known", options.labels), "Use hard or soft"});
  if (options.labels == "soft" && usual.labels != "soft" && !usual.can_learn_labels)
    throw InputError({"", "teach", fmt::format("'{}' learns no labels", options.method), "Omit --teach, or take mtt, kip or bptt"});
  if (options.projection != "on" && options.projection != "end" && options.projection != "off")
    throw InputError({"", "projection", fmt::format("'{}' is not known", options.projection), "Use on, end or off"});
  train::decay_named(options.schedule);
  check_augmentation(options.augment);
}

std::vector<float> floats_of(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

SyntheticSet set_of(const Synthetic& synthetic, const RealRows& real) {
  const c10::NoGradGuard no_grad;
  const Samples all = synthetic.all();
  SyntheticSet set{.size = real.picture_size(), .classes = real.classes(), .per_class = synthetic.per_class()};
  set.pixels = floats_of(real.in_pixels(all.pictures));
  const Tensor hard = one_hot_targets(synthetic.classes(), synthetic.per_class()).to(all.targets.options());
  if (!at::equal(hard, all.targets)) set.labels = floats_of(all.targets);
  for (const Learnt& one : synthetic.learnt()) {
    if (one.stored) set.factors.push_back({one.name, one.value.sizes().vec(), floats_of(one.value)});
  }
  return set;
}

PixelSummary summary_of(const std::vector<float>& pixels) {
  double sum = 0;
  double squares = 0;
  for (const float value : pixels) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(pixels.size());
  const auto [least, most] = std::ranges::minmax(pixels);
  return {sum / count, std::sqrt(std::max(0.0, squares / count - sum * sum / count / count)), least, most};
}

PixelSummary summary_of(const RealRows& real) {
  const Subset some = some_of(Subset::all(real.size()), 2000);
  return summary_of(floats_of(real.bytes(some).to(at::kFloat) / 255));
}

/// How the set must be trained: as the field judges sets (Zhao et al., ICLR 2021, and their code),
/// but for what the method says.
std::map<std::string, std::string> training_of(const DistillOptions& options, const Usual& usual, const RealRows& real, bool soft) {
  const bool augmented = options.augment != "none";
  std::map<std::string, std::string> training = {{"net", options.net},
                                                 {"epochs", augmented ? "1000" : "300"},
                                                 {"batch", "256"},
                                                 {"cap-batch", "true"},
                                                 {"optimizer", "momentum"},
                                                 {"learning-rate", "0.01"},
                                                 {"momentum", "0.9"},
                                                 {"weight-decay", "0.0005"},
                                                 {"decay-all", "true"},
                                                 {"schedule", "half"},
                                                 {"warmup", "0"},
                                                 {"label-smoothing", "0"},
                                                 {"augment", options.augment},
                                                 {"normalise", train::normalise_text(real.statistics())}};
  if (soft) training["soft-labels"] = "true";
  for (const auto& [name, value] : usual.training) training[name] = value;
  if (real.picture_size().channels == 1 && training["augment"] == "dsa" && options.augment != "dsa") training["augment"] = kUnmirrored;
  return training;
}

/// As the network sees them that the set is to teach; nothing where there is none.
std::optional<SeenAs> seen_as_by(const Around& around) {
  if (around.network == nullptr) return std::nullopt;
  const auto statistics = train::pixel_statistics_from(around.network->normalise);
  const int channels = around.network->size.channels;
  if (!statistics || statistics->channels != channels)
    throw InputError({"", "the network to draw others near", fmt::format("does not say how it sees {} channels", channels),
                      "Give mean and deviation of each"});
  return SeenAs{around.network->size, *statistics};
}

/// As human_seconds(), but for what is too short for it.
std::string short_time(double seconds) {
  return seconds < 0.1 ? fmt::format("{:.2g} ms", 1000 * seconds) : human_seconds(seconds);
}

/// One run, from its options to S.
class Run {
 public:
  Run(const DistillJob& job, const Context& context)
      : job_(job),
        context_(context),
        method_(method_named(job.options.method)),
        usual_(method_.usual(job.options)),
        options_(completed(job.options, usual_, /*grey=*/false)),
        device_(nn::device_named(options_.device)) {
    require_sound(options_, usual_);
  }

  Distilled run() {
    load();
    Distilled result;
    Learning learning = begin();
    result.stages.push_back(set_of(learning.all(), *real_));
    std::vector<float> losses;
    if (!learning.parts().objective->solve(first_step(), learning.all())) losses = learn(learning, result);
    result.losses = std::move(losses);
    result.steps = std::ssize(result.losses);
    result.set = finished(learning.all());
    result.training = training_of(options_, usual_, *real_, !result.set.labels.empty());
    result.real = summary_of(*real_);
    result.synthetic = summary_of(result.set.pixels);
    result.words =
        fmt::format("{}: {}, {} steps through {}", method_.facts.name, method_.facts.summary, human_count(result.steps), looks_through());
    measure(learning, result);
    result.seconds = clock_.seconds();
    return result;
  }

  DistillCost cost() {
    load();
    Learning learning = begin();
    if (learning.parts().objective->solve(first_step(), learning.all())) return {.ready_seconds = clock_.seconds(), .net = looks_through()};
    const double ready = clock_.seconds();
    const double each = step_seconds(/*seconds=*/0);
    const bool budgeted = options_.steps == 0 && job_.budget > 0;
    const int64_t steps = budgeted ? steps_of(each, job_.budget - clock_.seconds(), ready) : asked_steps();
    learning.set_steps(steps);
    learning.require_steps();
    return {.steps = steps, .step_seconds = each, .ready_seconds = ready, .net = looks_through()};
  }

 private:
  void load() {
    const std::optional<SeenAs> as = seen_as_by(job_.around);
    real_.emplace(*job_.rows, job_.subset, job_.classes, options_.image_size, as ? &*as : nullptr, device_, context_);
    const bool grey = real_->picture_size().channels == 1;
    options_ = completed(job_.options, usual_, grey);
    if (options_.augment != completed(job_.options, usual_, false).augment)
      context_.info("grey pictures are augmented by dsa without its mirror (--augment dsa mirrors them too)");
    network_ = nn::make_network({options_.net, real_->picture_size(), job_.classes});
    if (job_.around.network != nullptr) ball_ = ball_around(job_.around, *network_, device_);
  }

  const NetworkBall* ball() const { return ball_ ? &*ball_ : nullptr; }

  Learning begin() {
    Learning learning({method_, options_, loop_options(), *network_, *real_, job_.cache, shared_, context_});
    if (shared_.teachers == nullptr && !job_.labelled_by_teacher && result_key(options_.teacher) != result_key(train::TeacherOptions{}))
      throw InputError({"", "teacher", fmt::format("has no effect on {}, which looks through no trained network", method_.facts.name),
                        "Omit --teacher and its like, or take sre2l, cda, fadrm, rded, pca, cim or ccfs"});
    return learning;
  }

  /// As it is handed over.
  SyntheticSet finished(const Synthetic& synthetic) const {
    SyntheticSet set = set_of(synthetic, *real_);
    if (options_.projection != "end") return set;
    for (float& value : set.pixels) value = std::clamp(value, 0.0F, 1.0F);
    return set;
  }

  Step first_step() const { return {0, steps_, options_.seed, *network_, *real_, context_, ball()}; }

  const std::string& looks_through() const { return shared_.teachers == nullptr ? options_.net : options_.teacher.net; }

  LoopOptions loop_options() const {
    return {.steps = steps_,
            .rate = options_.rate,
            .optimizer = usual_.optimizer,
            .momentum = usual_.momentum,
            .second_momentum = usual_.second_momentum,
            .schedule = options_.schedule,
            .augment = options_.augment,
            .project = options_.projected(),
            .seed = options_.seed,
            .ball = ball()};
  }

  /// All that decides the pictures.
  std::string identity() const {
    Json all = {{"options", result_key(options_)},
                {"rows", job_.digest},
                {"count", job_.subset.size()},
                {"libtorch", TORCH_VERSION},
                {"threads", context_.thread_count()}};
    if (const Around& around = job_.around; around.network != nullptr)
      all["around"] = {{"network", around.network->digest}, {"classes", around.classes}, {"radius", around.radius}};
    if (shared_.teachers == nullptr) return json_text(all);
    for (const FrozenTeacher& teacher : *shared_.teachers) all["teachers"].push_back(teacher.digest);
    return json_text(all);
  }

  std::filesystem::path file() const { return job_.folder.empty() ? "" : job_.folder / kCheckpointFile; }

  int64_t asked_steps() {
    if (options_.steps > 0) return options_.steps;
    return job_.budget > 0 ? steps_within_budget() : usual_.steps;
  }

  int64_t steps_within_budget() {
    const double ready = clock_.seconds();
    const double each = step_seconds((job_.budget - ready) / 30);
    const int64_t steps = steps_of(each, job_.budget - clock_.seconds(), ready);
    context_.info(fmt::format("{} steps fit: {} each (--steps {} repeats this run)", human_count(steps), short_time(each), steps));
    return steps;
  }

  /// On average over some that leave nothing behind: three, and more within `seconds`.
  double step_seconds(double seconds) {
    steps_ = usual_.steps;
    Learning trial = begin();
    trial.step();  // the first one is slower
    const Stopwatch clock;
    int64_t made = 0;
    while (made < 3 || (clock.seconds() < seconds && made < 50)) {
      trial.step();
      ++made;
    }
    return clock.seconds() / static_cast<double>(made);
  }

  /// How many steps of `each` seconds fit into `left`.
  int64_t steps_of(double each, double left, double ready) const {
    const auto steps = static_cast<int64_t>(left / each);
    if (steps >= 1) return steps;
    throw InputError({"", "budget",
                      fmt::format("{} are too short: a step of {} takes {}, and getting ready for the first took {}",
                                  human_seconds(job_.budget), options_.method, short_time(each), human_seconds(ready)),
                      "Give more time, a narrower network (--net convnet+width=32) or fewer real rows (--real-batch)"});
  }

  std::optional<Checkpoint> find_checkpoint() const {
    if (job_.folder.empty()) return std::nullopt;
    try {
      return load_checkpoint(identity(), file());
    } catch (const InputError& error) {
      if (!job_.overwrite) throw;
      context_.info(fmt::format("{} is dropped: it {}", file().string(), error.fault().what));
      return std::nullopt;
    }
  }

  std::vector<float> learn(Learning& loop, Distilled& result) {
    const std::optional<Checkpoint> found = find_checkpoint();
    steps_ = found ? found->of : asked_steps();
    loop.set_steps(steps_);
    loop.require_steps();
    Checkpoint state{.of = steps_};
    if (found) {
      state = *found;
      loop.restore(state);
      result.steps_before = loop.done();
      milliseconds_before_ = state.milliseconds;
      result.seconds_before = static_cast<double>(milliseconds_before_) / 1000;
      goes_on_from(loop.done());
    }
    Stage stage(context_, "distill", steps_, "steps");
    stage.skip(loop.done());
    try {
      while (loop.done() < steps_) advance(loop, state, stage);
    } catch (const Cancelled&) {
      save(loop, state);
      throw;
    }
    save(loop, state);
    loop.complete();
    for (const Tensor& pixels : state.stages) add_stage(pixels, result);
    return state.losses;
  }

  /// How long a run is, it says when it begins: a budget given later would change what was learnt.
  void goes_on_from(int64_t done) const {
    const bool new_budget = options_.steps == 0 && job_.budget > 0;
    context_.info(fmt::format("goes on after step {} of {}{}", human_count(done), human_count(steps_),
                              new_budget ? ", the steps that fitted the budget it began with; --budget has no effect any more (to start "
                                           "anew, delete the output's .partial folder)"
                                         : ""));
  }

  void advance(Learning& loop, Checkpoint& state, Stage& stage) {
    const double loss = loop.step();
    if (!std::isfinite(loss)) diverged(loop, state);
    state.losses.push_back(static_cast<float>(loss));
    if (loop.done() == steps_ / 2) {
      const c10::NoGradGuard no_grad;
      state.stages = {real_->in_pixels(loop.all().all().pictures).to(at::kFloat)};
    }
    if (since_saved_.seconds() > std::clamp(clock_.seconds() / 2, 1.0, kCheckpointSeconds)) save(loop, state);
    if (job_.preview && since_shown_.seconds() > kPreviewSeconds) {
      job_.preview(loop.done(), set_of(loop.all(), *real_));
      since_shown_ = {};
    }
    stage.advance();
  }

  void save(const Learning& loop, Checkpoint& state) {
    if (job_.folder.empty()) return;
    loop.save(state);
    state.milliseconds = milliseconds_before_ + std::llround(1000 * clock_.seconds());
    save_checkpoint(state, identity(), file());
    since_saved_ = {};
  }

  [[noreturn]] void diverged(const Learning& loop, Checkpoint& state) {
    save(loop, state);
    const std::string kept = job_.folder.empty() ? "" : fmt::format("; what was learnt before it is kept in {}", file().string());
    throw InputError({"", fmt::format("step {} of {}", loop.done(), steps_), "the objective is not a finite number" + kept,
                      fmt::format("Lower the learning rate (--rate {})", options_.rate / 10)});
  }

  void add_stage(const Tensor& pixels, Distilled& result) const {
    SyntheticSet set = result.stages.front();
    set.pixels = floats_of(pixels);
    set.labels.clear();
    set.factors.clear();
    result.stages.push_back(std::move(set));
  }

  void measure(Learning& learning, Distilled& result) {
    if (job_.test == nullptr) return;
    const c10::NoGradGuard no_grad;
    const Subset all = Subset::all(job_.test->size());
    const SeenAs as = real_->seen_as();
    const RealRows test(*job_.test, all, job_.classes, options_.image_size, &as, device_, context_);
    result.measures = learning.parts().objective->measures(first_step(), learning.all(), test);
  }

  const DistillJob& job_;
  const Context& context_;
  const Method& method_;
  Usual usual_;
  DistillOptions options_;
  c10::Device device_;
  std::optional<RealRows> real_;
  std::unique_ptr<const nn::Classifier> network_;
  std::optional<NetworkBall> ball_;
  Shared shared_;
  int64_t steps_ = 0;
  int64_t milliseconds_before_ = 0;  ///< of an interrupted run
  Stopwatch clock_;
  Stopwatch since_saved_;
  Stopwatch since_shown_;
};

}  // namespace

Distilled distill(const DistillJob& job, const Context& context) {
  check(job.options);
  DECANT_CHECK(job.rows != nullptr, ==, true);
  const nn::ComputeScope scope(context);
  const nn::MemoryReuse memory;
  return Run(job, context).run();
}

DistillCost cost(const DistillJob& job, const Context& context) {
  check(job.options);
  DECANT_CHECK(job.rows != nullptr, ==, true);
  const nn::ComputeScope scope(context);
  const nn::MemoryReuse memory;
  return Run(job, context).cost();
}

}  // namespace decant::distill
