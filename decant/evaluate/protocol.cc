#include "decant/evaluate/protocol.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/options.h"
#include "decant/train/linear.h"

namespace decant::evaluate {
namespace {

Protocol paper() {
  train::TrainOptions training;
  training.net = "resnet18";
  training.batch = 128;
  training.schedule = "cosine";
  training.warmup = 0;
  training.label_smoothing = 0;
  training.epochs = 200;
  return {"paper", training.net, training};
}

Protocol linear() {
  train::TrainOptions training;
  training.net = train::kLinear;
  training.weight_decay = 5e-3;
  return {train::kLinear, train::kLinear, training};
}

std::string seeds_phrase(int seeds) {
  return fmt::format("{} seed{}", seeds, seeds == 1 ? "" : "s");
}

}  // namespace

Protocol protocol_named(const std::string& name) {
  if (name == "quick") return {name, "quick", {}};
  if (name == "paper") return paper();
  if (name == "linear") return linear();
  throw UsageError(fmt::format("--protocol {}: there are quick and paper", name));
}

std::string in_words(const train::TrainOptions& t, const std::vector<std::string>& nets, int seeds) {
  if (std::ranges::all_of(nets, [](const std::string& net) { return net == train::kLinear; }))
    return fmt::format("logistic regression on standardised columns, penalty {}, to its minimum, {}", t.weight_decay, seeds_phrase(seeds));
  return fmt::format(
      "{} steps of batch {}, {} with peak rate {} ({} to zero, {:.0f} % warm-up), weight decay {}, label smoothing {}, "
      "crop {}{}, final weights, {}",
      human_count(t.steps), t.batch, t.optimizer, t.learning_rate, t.schedule, 100 * t.warmup, t.weight_decay, t.label_smoothing, t.crop,
      t.flip ? " and flip" : "", seeds_phrase(seeds));
}

}  // namespace decant::evaluate
