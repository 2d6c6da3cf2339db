// MTT: matching training trajectories (G. Cazenavette, T. Wang, A. Torralba, A. A. Efros and J.-Y.
// Zhu, "Dataset distillation by matching training trajectories", CVPR 2022, arXiv:2203.11932); FTD,
// the same on experts that were led to flat places (J. Du et al., "Minimizing the accumulated
// trajectory error to improve dataset distillation", CVPR 2023, arXiv:2211.11004); and TESLA, the
// same with a gradient of constant memory that is not quite the loss's (J. Cui et al., "Scaling up
// dataset distillation to ImageNet-1K with constant memory", ICML 2023, arXiv:2211.10586).
//
//     L = ‖θ_N − θ*_{t+M}‖² / ‖θ*_t − θ*_{t+M}‖²          trajectory.h
//
// θ*_t: an expert at checkpoint t, θ_N: N updates of plain gradient descent on mini-batches of S
// from there, at a learnt rate.
//
// Published code of MTT (github.com/GeorgeCazenavette/mtt-distillation): 100 experts of 50 epochs,
// M of 2 or 3 epochs, N of 20 to 80, t up to 2 to 40, ZCA on CIFAR, 5,000 steps of momentum 0.5 at
// a rate of 100 to 1,000 for the pictures; it learns η, not its logarithm, at a rate of its own,
// and keeps the step that is best on the test set. The readme's figures for ten CIFAR pictures a
// class make that η explode. Here: 2 experts, 6 checkpoints 80 updates of 64 rows apart, M = 1,
// N = 10, the last of 600 steps: minutes. Of one picture a class of Fashion-MNIST (one set
// each) checkpoints 20 updates apart teach 3 to 4 points less, however many steps are made, and 40
// apart 1 to 2.
// FTD's code averages the pictures of all steps (EMA); here the last ones count. TESLA's code
// assigns soft labels from the expert; here labels are hard or learnt.
//
// A step of mtt and ftd: 2 N forward-backward passes and N double backwards of a batch (with
// recompute=0, N less); memory: one update's graph (N of them), N times the parameters. Of tesla:
// 2 N and N; one graph, and thrice the parameters. Before the first step, once for all runs, the
// experts: experts · checkpoints · every forward-backward passes of real-batch rows, for ftd twice
// that.
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/trajectories.h"
#include "decant/distill/torch/trajectory.h"
#include "decant/distill/torch/unrolled_parts.h"

namespace decant::distill {
namespace {

constexpr double kFlatRadius = 2;  // of the published code, adaptive

struct MatchOptions {
  int64_t updates = 10;  ///< N
  int64_t batch = 0;     ///< of S; 0 = all of it
  int64_t recompute_every = 1;
  bool surrogate = false;
  std::string augment;
};

class TrajectoryMatching final : public Objective {
 public:
  TrajectoryMatching(const MatchOptions& options, Tensor log_rate) : options_(options), log_rate_(std::move(log_rate)) {}

  bool wants_real() const override { return false; }

  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    const nn::State& start = fetched.networks.front();
    const InnerTask task = train_classifier(step.network, start.buffers, batches_of(step, sides.synthetic.pictures.size(0)));
    const Tensors sources{sides.synthetic.pictures, sides.synthetic.targets, log_rate_.exp()};
    if (options_.surrogate) return tesla_loss(task, start.parameters, fetched.target, sources, options_.updates);
    const UnrollOptions unrolled{.updates = options_.updates, .recompute_every = options_.recompute_every};
    return trajectory_loss(unroll(task, start.parameters, sources, unrolled), start.parameters, fetched.target);
  }

 private:
  InnerBatches batches_of(const Step& step, int64_t count) const {
    InnerBatches batches = shuffled_batches(count, options_.batch > 0 ? options_.batch : count, options_.updates, step.random("batches"));
    augment_each(batches, options_.augment, step.random("inner augment"));
    return batches;
  }

  MatchOptions options_;
  Tensor log_rate_;
};

Usual usual_of_trajectories(const DistillOptions&) {
  return {.steps = 600, .rate = 0.02, .optimizer = "adamw", .momentum = 0.9, .can_learn_labels = true};
}

ExpertOptions experts_asked(const Setting& setting, nn::SpecText& own, const Flatness& flatness) {
  ExpertOptions options;
  options.experts = own.number("experts", 2, 1, 1000);
  options.checkpoints = own.number("checkpoints", 6, 1, 9999);
  options.every = own.number("every", 80, 0, 1'000'000);
  options.batch = setting.options.real_batch;
  options.flatness = flatness;
  options.augment = setting.options.augment == "none" ? "" : setting.options.augment;
  options.seed = setting.options.seed;
  return options;
}

Parts make_matching(const Setting& setting, nn::SpecText& own, const Flatness& flatness, bool surrogate, const Form& form = {}) {
  const ExpertOptions experts = experts_asked(setting, own, flatness);
  const auto most = static_cast<int>(experts.checkpoints);
  const int span = own.number("span", 1, 1, most);
  const int latest = own.number("start", most - span, 0, most - span);
  const MatchOptions options{.updates = own.number("updates", 10, 1, 1000),
                             .batch = own.number("batch", 0, 0, 1'000'000),
                             .recompute_every = surrogate ? 0 : own.number("recompute", 1, 0, 1000),
                             .surrogate = surrogate,
                             .augment = setting.options.augment};
  const Learnt rate = log_rate(0.02, 1, setting.real);
  ExpertBuffer buffer = obtain_experts(setting.network, setting.real, experts, setting.cache, setting.context);
  return {set_with_rate(setting, setting.pictures(own, form), rate), expert_trajectories(std::move(buffer), span, latest), nullptr,
          std::make_unique<TrajectoryMatching>(options, rate.value)};
}

}  // namespace

Method trajectory_matching() {
  return {.facts = {"mtt", "parameter matching, many steps", "where training on real rows led some expert networks",
                    "Cazenavette et al., CVPR 2022, arXiv:2203.11932"},
          .usual = usual_of_trajectories,
          .make = [](const Setting& setting, nn::SpecText& own) { return make_matching(setting, own, {}, false); }};
}

Method constant_memory_matching() {
  return {.facts = {"tesla", "parameter matching, many steps", "mtt by a surrogate gradient of constant memory",
                    "Cui et al., ICML 2023, arXiv:2211.10586"},
          .usual = usual_of_trajectories,
          .make = [](const Setting& setting, nn::SpecText& own) { return make_matching(setting, own, {}, true); }};
}

Method flat_trajectory_matching() {
  return {.facts = {"ftd", "parameter matching, many steps", "mtt on experts that were led to flat places",
                    "Du et al., CVPR 2023, arXiv:2211.11004"},
          .usual = usual_of_trajectories,
          .make = [](const Setting& setting, nn::SpecText& own) { return make_matching(setting, own, {.radius = kFlatRadius}, false); }};
}

/// HaBa's objective is MTT's; hallucinators.cc has what is its own.
Method hallucinated_trajectory_matching() {
  return {.facts = {"haba", "parameter matching, many steps", "mtt, of pictures that are stored as bases and hallucinators",
                    "Liu et al., NeurIPS 2022, arXiv:2210.16774"},
          .usual = usual_of_trajectories,
          .make = [](const Setting& setting, nn::SpecText& own) { return make_matching(setting, own, {}, false, {.hallucinators = 5}); }};
}

}  // namespace decant::distill
